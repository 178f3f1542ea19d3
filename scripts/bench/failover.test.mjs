import assert from "node:assert/strict";
import { test } from "node:test";
import { told } from "./failover.mjs";

const whole = { status: 200, dones: 1, errors: 0, began_ms: 5, left: false, phase: "before" };

test("an answer that was cut off with a word is neither lost nor endless", () => {
  const { rows, figures } = told([whole, { ...whole, dones: 0, errors: 1, phase: "killed" }]);
  assert.deepEqual(
    rows.map(({ whole, cut, lost }) => [whole, cut, lost]),
    [
      [1, 0, 0],
      [0, 1, 0],
    ],
  );
  assert.deepEqual(
    figures.map(({ holds }) => holds),
    ["yes", "yes"],
  );
});

test("one that was refused, or never answered, is lost; one that ends without a word is endless", () => {
  const refused = { ...whole, status: 502, dones: 0, began_ms: undefined, phase: "killed" };
  const { figures } = told([whole, refused, { ...refused, status: 0 }, { ...whole, dones: 0 }]);
  assert.deepEqual(
    figures.map(({ measured, holds }) => [measured.trim(), holds]),
    [
      ["2", "no"],
      ["1", "no"],
    ],
  );
});
