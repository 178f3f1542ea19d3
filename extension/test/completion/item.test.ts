import assert from "node:assert/strict";
import { test } from "node:test";
import { type Choice, shownBeside } from "../../src/completion/item";

/** `text` with the cursor at `|`; `back` units before it are replaced by `suggested`. */
function beside(text: string, back: number, suggested: string, choice?: Choice): string | undefined {
  const cursor = text.indexOf("|");
  const plain = text.replace("|", "");
  const span = { start: cursor - back, end: cursor, text: suggested };
  const shown = shownBeside(span, choice, (start, end) => plain.slice(start, end));
  return shown && `${plain.slice(0, shown.start)}[${shown.text}]${plain.slice(shown.end)}`;
}

test("without a choice everything is shown but nothing", () => {
  assert.equal(beside("a = |", 0, "b"), "a = [b]");
  assert.equal(beside("# 사|", 1, "상품"), "# [상품]");
  assert.equal(beside("a = |", 0, ""), undefined);
});

test("beside the widget's choice only what continues it is shown, from where the choice begins", () => {
  const items = { start: 5, end: 7, text: "items" };
  assert.equal(beside("self.it|", 2, "items.pop()", items), "self.[items.pop()]");
  assert.equal(beside("self.it|", 0, "ems.pop()", items), "self.[items.pop()]");
  assert.equal(beside("self.it|", 7, "self.items.pop()", items), "self.[items.pop()]");
  assert.equal(beside("self.it|", 2, "iterate()", items), undefined, "it would cover the choice");
  assert.equal(beside("self.it|", 2, "items", items), undefined, "it says nothing more than the choice");
  assert.equal(beside("self.it|", 7, "this.items.pop()", items), undefined);
});
