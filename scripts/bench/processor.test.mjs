import assert from "node:assert/strict";
import { test } from "node:test";
import { used } from "./processor.mjs";

test("time used is user's and system's together, whatever the program is called", () => {
  const stat = "77 (a) b (c)) S 1 42 42 0 -1 4194560 10 0 0 0 150 50 0 0 20 0 3 0 9 100 5";
  assert.deepEqual(used(stat), { group: 42, us: 2_000_000 });
});
