import assert from "node:assert/strict";
import { test } from "node:test";
import { isBroken, lineNamed, warningText } from "../../src/edits/warnings";

test("the line that the engine names is found in its words", () => {
  assert.equal(lineNamed("line 12: a bracket is missing"), 12);
  assert.equal(lineNamed("a new syntax error on line 3"), 3);
  assert.equal(lineNamed("underline 3"), undefined);
  assert.equal(lineNamed(""), undefined);
});

test("a broken answer is told as such, and a code unknown here is not told", () => {
  const broken = { code: "new_syntax_errors", message: "line 4: unexpected `)`" };
  assert.equal(warningText(broken), "The answer has a syntax error in line 4.");
  assert.equal(isBroken(broken), true);
  assert.equal(isBroken({ code: "code_kept", message: "" }), false);
  assert.equal(warningText({ code: "memory_degraded", message: "x" }), undefined);
});
