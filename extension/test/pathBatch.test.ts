import assert from "node:assert/strict";
import { test } from "node:test";
import { PATHS_MAX, PathBatch } from "../src/pathBatch";

test("paths are gathered once each, and too many are said to be too many", () => {
  const batch = new PathBatch();
  for (const path of ["/a", "/b", "/a"]) batch.add(path);
  assert.deepEqual(batch.take(), ["/a", "/b"]);
  assert.deepEqual(batch.take(), []);
  for (let index = 0; index <= PATHS_MAX; index++) batch.add(`/${index}`);
  assert.equal(batch.take(), "too many");
  assert.deepEqual(batch.take(), []);
});
