import assert from "node:assert/strict";
import { test } from "node:test";
import { atLeast, atMost, notMeasured, within } from "./figures.mjs";

const holds = ({ holds }) => holds;

test("a figure holds up to its goal and not beyond", () => {
  assert.deepEqual(atMost("key", 0.2, 0.2, "ms", "bare 0.1 ms"), {
    figure: "key",
    goal: "≤ 0.2 ms",
    measured: "0.2 ms",
    holds: "yes",
    beside: "bare 0.1 ms",
  });
  assert.equal(holds(atMost("key", 0.21, 0.2, "ms")), "no");
  assert.equal(holds(atLeast("hits", 100, 100, "%")), "yes");
  assert.equal(holds(atLeast("hits", 99.9, 100, "%")), "no");
  assert.equal(holds(within("memory", -6, 5, "MB")), "no");
  assert.equal(holds(within("memory", -5, 5, "MB")), "yes");
});

test("what is no number does not hold", () => {
  assert.equal(holds(atMost("key", Number.NaN, 1, "ms")), "no");
  assert.equal(holds(atMost("key", undefined, 1, "ms")), "no");
  assert.equal(holds(notMeasured("key", "no model")), "not measured");
});
