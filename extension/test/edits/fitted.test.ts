import assert from "node:assert/strict";
import { test } from "node:test";
import { fitted } from "../../src/edits/fitted";
import { applyAll } from "../../src/textEdits";

/** The document holds `«` and `»` around the place; what comes out is the whole document. */
function check(document: string, code: string, after: string): void {
  const text = document.replace(/[«»]/g, "");
  const span = { start: document.indexOf("«"), end: document.indexOf("»") - 1 };
  assert.equal(applyAll(text, [{ ...span, text: fitted(code, text, span) }]), after);
}

test("code takes the place of code, with the indentation that was there", () => {
  check(
    "class A:\n«    def a(self):\n        pass\n»b",
    "def a(self):\n    return 1\n",
    "class A:\n    def a(self):\n        return 1\nb",
  );
  check(
    "class A:\n    «def a(self):\n        pass»\nb",
    "def a(self):\n    return 1",
    "class A:\n    def a(self):\n        return 1\nb",
  );
  check("«a = 1»", "    a = 2\n", "a = 2");
  check("f(«a», b)", "나\n", "f(나, b)");
});

test("code is put on lines of its own behind the cursor's line", () => {
  check("  a«»\n  b", "c\n\n  d", "  a\n  c\n\n    d\n  b");
  check("a\n«»\nb", "c", "a\nc\nb");
  check("«»", "a\nb\n", "a\nb");
});

test("line ends are the document's, and a last line end is neither added nor lost", () => {
  check("a\r\n«b\r\n»", "x\ny", "a\r\nx\r\ny\r\n");
  check("a\r\n«b»", "x\r\ny\n\n", "a\r\nx\r\ny");
  check("a\n«b»\n", "x\r\ny", "a\nx\ny\n");
});
