import assert from "node:assert/strict";
import { test } from "node:test";
import { applyAll, follow, linesChanged, minimalReplacements, type Replacement } from "../src/textEdits";

/** Documents and spans are written as text: `«` and `»` stand around a span. */
function marked(text: string): { text: string; span: { start: number; end: number } } {
  const start = text.indexOf("«");
  const end = text.indexOf("»") - 1;
  assert.ok(start >= 0 && end >= start, `no span in ${text}`);
  return { text: text.replace(/[«»]/g, ""), span: { start, end } };
}

function checkFollow(before: string, changes: [find: string, put: string][], after: string): void {
  const { text, span } = marked(before);
  const made: Replacement[] = [];
  let now = text;
  for (const [find, put] of changes) {
    const start = now.indexOf(find);
    assert.ok(start >= 0, `no ${find} in ${now}`);
    made.push({ start, end: start + find.length, text: put });
    now = now.slice(0, start) + put + now.slice(start + find.length);
  }
  const { start, end } = follow(span, made);
  assert.equal(`${now.slice(0, start)}«${now.slice(start, end)}»${now.slice(end)}`, after);
}

test("a span moves with what changes before it", () => {
  checkFollow("aa «bb» cc", [["aa", "xyz"]], "xyz «bb» cc");
  checkFollow("aa «bb» cc", [["aa ", ""]], "«bb» cc");
});

test("a span stays when what follows it changes", () => {
  checkFollow("aa «bb» cc", [["cc", "한국어"]], "aa «bb» 한국어");
});

test("several changes are followed one after another", () => {
  checkFollow(
    "1 2 «three» 4",
    [
      ["1", "one"],
      ["2", ""],
      ["4", "four"],
    ],
    "one  «three» four",
  );
});

test("what is inserted at either end stays outside", () => {
  const { text, span } = marked("a«b»c");
  const inserted = { start: 1, end: 1, text: "++" };
  const moved = follow(span, [inserted]);
  assert.deepEqual(moved, { start: 3, end: 4 });
  assert.equal(applyAll(text, [inserted]).slice(moved.start, moved.end), "b");
  assert.deepEqual(follow(span, [{ start: 2, end: 2, text: "++" }]), span);
});

test("a change inside the span, or across its edge, is taken in", () => {
  checkFollow("a «one two» b", [["two", "2"]], "a «one 2» b");
  checkFollow("a «one two» b", [["a one", "X"]], "«X two» b");
  checkFollow("a «one two» b", [["two b", "X"]], "a «one X»");
  checkFollow("a «one two» b", [["a one two b", ""]], "«»");
});

function checkMinimal(before: string, after: string, touched: string[], lines: number): void {
  const replacements = minimalReplacements(before, after);
  assert.equal(applyAll(before, replacements), after);
  assert.deepEqual(
    replacements.map((one) => `${before.slice(one.start, one.end)}→${one.text}`),
    touched,
  );
  assert.equal(linesChanged(before, replacements), lines);
}

test("only lines that differ are replaced", () => {
  checkMinimal("a\nb\nc\n", "a\nB\nc\n", ["b\n→B\n"], 1);
  checkMinimal("a\nb\nc\nd\ne\n", "a\nB\nc\nD\ne\n", ["b\n→B\n", "d\n→D\n"], 2);
});

test("lines are added and removed", () => {
  checkMinimal("a\nc\n", "a\nb\nc\n", ["→b\n"], 1);
  checkMinimal("a\nb\nc\n", "a\nc\n", ["b\n→"], 1);
  checkMinimal("", "a\nb", ["→a\nb"], 2);
  checkMinimal("a\nb", "", ["a\nb→"], 2);
});

test("equal texts need no change", () => checkMinimal("a\r\n나\r\n", "a\r\n나\r\n", [], 0));

test("a replaced line counts once, however it is replaced", () => {
  checkMinimal("for x in y:\n    z += x\n", "z = sum(y)\n", ["for x in y:\n    z += x\n→z = sum(y)\n"], 2);
});

test("CRLF lines and a last line without an end are kept as they are", () => {
  checkMinimal("a\r\nb\r\nc", "a\r\nB\r\nc", ["b\r\n→B\r\n"], 1);
  checkMinimal("a\nb", "a\nb\n", ["b→b\n"], 1);
});

test("texts too long for the table become one replacement, still right", () => {
  const before = Array.from({ length: 1500 }, (_, index) => `old ${index}\n`).join("");
  const after = Array.from({ length: 1500 }, (_, index) => `new ${index}\n`).join("");
  const replacements = minimalReplacements(before, after);
  assert.equal(replacements.length, 1);
  assert.equal(applyAll(before, replacements), after);
});

test("any two texts: the minimal edit makes one of the other", () => {
  let seed = 7;
  const random = (below: number): number => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return seed % below;
  };
  const words = ["a", "b", "나", "😀", "", "\t"];
  const text = () => Array.from({ length: random(8) }, () => words[random(words.length)]).join("\n");
  for (let round = 0; round < 2000; round += 1) {
    const [before, after] = [text(), text()];
    assert.equal(applyAll(before, minimalReplacements(before, after)), after);
  }
});
