import assert from "node:assert/strict";
import { test } from "node:test";
import { definitionName, linesName, shortLabel } from "../src/titles";

test("a label is one short line and cuts no character", () => {
  assert.equal(shortLabel("make\n  it short"), "make it short");
  assert.equal(shortLabel("😀".repeat(60)), `${"😀".repeat(39)}…`);
});

test("code that begins with a definition is called by its name", () => {
  const names: [code: string, name: string | undefined][] = [
    ["def total(items):\n    return 0", "total()"],
    ["    async def 합계(self):", "합계()"],
    ["\n\nexport function total<T>(items: T[]) {", "total()"],
    ["pub(crate) fn total(&self) -> u32 {", "total()"],
    ["export class Cart extends Base {", "Cart"],
    ["result = total(items)\ndef later():", undefined],
    ["undefined name", undefined],
    ["", undefined],
  ];
  for (const [code, name] of names) assert.equal(definitionName(code), name, code);
});

test("other code is called by its file and lines", () => {
  assert.equal(linesName("/home/me/src/calc.py", 10, 24), "calc.py 10–24");
  assert.equal(linesName("Untitled-1", 3, 3), "Untitled-1 3");
});
