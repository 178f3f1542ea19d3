import assert from "node:assert/strict";
import { test } from "node:test";
import { readTrace, TYPED_KEYS } from "./traces.mjs";

for (const name of ["rust", "typescript"]) {
  test(`the keys retype a piece in the middle of its file: ${name}`, async () => {
    const trace = await readTrace(name, TYPED_KEYS);
    assert.equal(trace.keys.length, TYPED_KEYS);
    const typed = trace.before + trace.keys.join("");
    assert.equal(typed.length, trace.end);
    assert.ok(trace.text.startsWith(typed));
    assert.ok(trace.text.endsWith(trace.after));
    assert.ok(trace.before.endsWith("\n\n") && trace.after.startsWith("\n") && trace.after.length > 500);
    assert.equal(trace.others.length, 2);
  });
}
