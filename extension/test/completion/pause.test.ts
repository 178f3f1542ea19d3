import assert from "node:assert/strict";
import { test } from "node:test";
import { HOUR_MS, leftOf, PAUSED_FILES_MAX, pauseOf, withFile, withoutFile } from "../../src/completion/pause";

test("which pause is in force", () => {
  const now = 1_000_000;
  const inHalfAnHour = now + HOUR_MS / 2;
  assert.equal(pauseOf(false, [], "a", now), undefined);
  assert.deepEqual(pauseOf(true, ["a"], "a", now), { kind: "untilResumed" });
  assert.deepEqual(pauseOf(inHalfAnHour, [], "a", now), { kind: "untilTime", until: inHalfAnHour });
  assert.deepEqual(pauseOf(inHalfAnHour, ["a"], "a", now), { kind: "file" }, "that one lasts longer");
  assert.deepEqual(pauseOf(false, ["a"], "a", now), { kind: "file" });
  assert.equal(pauseOf(false, ["a"], "b", now), undefined);
  assert.equal(pauseOf(false, ["a"], undefined, now), undefined);
});

test("an hour ends by itself, also when the clock is set back", () => {
  assert.equal(pauseOf(1_000, [], "a", 1_000), undefined);
  assert.equal(leftOf(1_000 + HOUR_MS, 1_000), HOUR_MS);
  assert.equal(leftOf(1_000 + HOUR_MS, 999), 0);
  assert.equal(leftOf(true, 0), 0);
});

test("paused files are remembered once each, the newest first, and not without end", () => {
  assert.deepEqual(withFile(["a", "b"], "b"), ["b", "a"]);
  assert.deepEqual(withoutFile(["a", "b"], "a"), ["b"]);
  const many = Array.from({ length: PAUSED_FILES_MAX }, (_, index) => `file ${index}`);
  assert.equal(withFile(many, "one more").length, PAUSED_FILES_MAX);
});
