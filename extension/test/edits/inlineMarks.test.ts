import assert from "node:assert/strict";
import { test } from "node:test";
import { marksOf } from "../../src/edits/inlineMarks";
import { minimalReplacements } from "../../src/textEdits";

/** What goes stands between `[-` and `-]`, what comes between `{+` and `+}`, as `git diff --word-diff` writes it. */
function check(before: string, after: string, seen: string | undefined): void {
  const marks = marksOf(before, minimalReplacements(before, after));
  if (!marks) {
    assert.equal(seen, undefined);
    return;
  }
  const signs = [
    ...marks.removed.flatMap(({ start, end }) => [
      { at: start, order: 2, text: "[-" },
      { at: end, order: 0, text: "-]" },
    ]),
    ...marks.added.map(({ at, text }) => ({ at, order: 1, text: `{+${text}+}` })),
  ].sort((a, b) => a.at - b.at || a.order - b.order);
  let result = "";
  let from = 0;
  for (const { at, text } of signs) {
    result += before.slice(from, at) + text;
    from = at;
  }
  assert.equal(result + before.slice(from), seen);
}

test("a changed word is struck, and the new one stands behind it", () => {
  check("return pirce * 2\n", "return price * 2\n", "return [-pirce-]{+price+} * 2\n");
  check("값 = 하나\r\n", "값 = 둘\r\n", "값 = [-하나-]{+둘+}\r\n");
  check("x = '😀'", "x = '🛒'", "x = '[-😀-]{+🛒+}'");
  check("f(a)\n", "f(a, b)\n", "f(a{+, b+})\n");
});

test("fewer lines: the others are struck", () => {
  check("a = 0\nfor x in y:\n    a += x\n", "a = sum(y)\n", "a = [-0-]{+sum(y)+}\n[-for x in y:-]\n[-    a += x-]\n");
  check("a\nb\n", "a\n", "a\n[-b-]\n");
});

test("one more line stands behind the one before, with a sign", () => {
  check("a\nb\n", "a\nnew\nb\n", "a{+⏎ new+}\nb\n");
  check("a\r\nb", "a\r\n  new\r\nb", "a{+⏎ new+}\r\nb");
  check("a\n", "import b\na\n", "{+import b ⏎ +}a\n");
  check("a\nb", "a\nb\nc", "a\nb{+⏎ c+}");
});

test("what is read better as a diff is not shown in place", () => {
  check("a\n", "a\nb\nc\n", undefined);
  check("a\nb", "a\nb\n", undefined);
  check("1\n2\n3\n4\n5\n6\n7\n", "a\nb\nc\nd\ne\nf\ng\n", undefined);
  check("a\n", `${"x".repeat(101)}\n`, undefined);
});
