import assert from "node:assert/strict";
import { test } from "node:test";
import { choosing, type FilePlan, hunkLabel, proposedText, withEdits } from "../../src/acrossFiles/plan";

const before = "# 합계 🛒\r\ndef total(a):\r\n    return a\r\n\r\nprint(total(1))\r\nprint(total(2))";
const file: FilePlan = { uri: "file:///cart.py", before, hunks: [] };
const edit = (old: string, text: string) => {
  const start = before.indexOf(old);
  return { start, end: start + old.length, text };
};
const definition = edit("def total(a):\r\n    return a", "def total(a, tax):\r\n    return a + tax");
const uses = edit("print(total(1))\r\nprint(total(2))", "print(total(1, 0))\r\nprint(total(2, 0))");

test("hunks hold against the text before, and what is left out stays byte for byte", () => {
  const whole = withEdits(withEdits(file, [uses]).file, [definition]).file;
  assert.equal(
    proposedText(whole),
    before.replace(/total\(a\)[\s\S]*return a/, definition.text.slice(4)).replace(/total\((\d)\)/g, "total($1, 0)"),
  );
  assert.deepEqual(
    whole.hunks.map((hunk) => [hunk.line, hunkLabel(whole, hunk)]),
    [
      [1, "def total(a, tax):"],
      [4, "print(total(1, 0))"],
    ],
  );
  assert.equal(
    proposedText(choosing(whole, [1], false)),
    before.replace("total(a)", "total(a, tax)").replace("return a", "return a + tax"),
  );
  assert.equal(proposedText(choosing(whole, [0, 1], false)), before);
  assert.equal(proposedText(choosing(choosing(whole, [0], false), [0], true)), proposedText(whole));
});

test("an answer that changes what another changed is not taken", () => {
  const once = withEdits(file, [definition]).file;
  const { file: same, taken } = withEdits(once, [edit("    return a", "    return 0")]);
  assert.equal(taken, false);
  assert.equal(same, once);
});

test("an answer that changes nothing adds no hunk", () => {
  assert.deepEqual(withEdits(file, [edit("return a", "return a")]), { file, taken: true });
});

test("a hunk that only deletes is named by what goes", () => {
  const cut = withEdits(file, [edit("print(total(2))", "")]).file;
  assert.equal(cut.hunks.map((hunk) => hunkLabel(cut, hunk)).join(), "− print(total(2))");
});
