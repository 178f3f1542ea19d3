import assert from "node:assert/strict";
import { test } from "node:test";
import { cargoCounts, failuresIn, nodeCounts, wrongWith } from "./counts.mjs";

test("cargo's binaries are summed", () => {
  const output = [
    "test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s",
    "test result: FAILED. 2 passed; 1 failed; 4 ignored; 0 measured; 0 filtered out; finished in 0.01s",
  ].join("\n");
  assert.deepEqual(cargoCounts(output), { passed: 5, failed: 1, skipped: 4 });
});

test("both forms of node's summary are read, and a cancelled test is a failed one", () => {
  const output = "# tests 4\n# pass 2\n# fail 1\n# cancelled 1\n# skipped 0\n# todo 0\nℹ pass 3\nℹ fail 0\nℹ skipped 1";
  assert.deepEqual(nodeCounts(output), { passed: 5, failed: 2, skipped: 1 });
});

test("a runner that ran nothing or skipped something has failed", () => {
  assert.equal(wrongWith({ passed: 1, failed: 0, skipped: 0 }), undefined);
  assert.equal(wrongWith({ passed: 0, failed: 0, skipped: 0 }), "no test ran");
  assert.match(wrongWith({ passed: 5, failed: 0, skipped: 1 }), /1 skipped/);
});

test("failures are found in the middle of what passed", () => {
  const node = ["ok 1 - a", "# Subtest: b", "not ok 2 - b", "  error: 'why'", "# Subtest: c", "ok 3 - c"];
  assert.deepEqual(failuresIn(node), ["not ok 2 - b", "  error: 'why'"]);
  const cargo = ["test a ... ok", "failures:", "---- b ----", "test result: FAILED. 1 passed", "test c ... ok"];
  assert.deepEqual(failuresIn(cargo), ["failures:", "---- b ----"]);
});
