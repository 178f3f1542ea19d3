import assert from "node:assert/strict";
import { test } from "node:test";
import { newNameIn } from "../../src/acrossFiles/newName";

const cases: [string, string | undefined][] = [
  ["Rename to cartTotal", "cartTotal"],
  ["rename this function to `sum_all`.", "sum_all"],
  ["rename total() into sum", "sum"],
  ["이름을 cartTotal로 바꿔 줘", "cartTotal"],
  ["이름을 합계로 변경", "합계"],
  ["cartTotal로 이름 변경", "cartTotal"],
  ["'sum'으로 이름을 바꿔 주세요", "sum"],
  ["Rename to sum and add a parameter for the tax", undefined],
  ["Take the prices as a second parameter", undefined],
  ["이름을 인자로 받게 해 줘", undefined],
  ["", undefined],
];

for (const [instruction, expected] of cases) {
  test(`a new name in “${instruction}”`, () => assert.equal(newNameIn(instruction), expected));
}
