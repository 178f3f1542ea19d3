import assert from "node:assert/strict";
import { test } from "node:test";
import { type Instruction, rowsFor } from "../../src/tasks/instructions";

const common: Instruction[] = [
  { label: "Simplify", text: "Simplify this code." },
  { label: "Add types", text: "Add type annotations." },
];

function check(typed: string, last: Instruction | undefined, rows: string[]): void {
  assert.deepEqual(
    rowsFor(typed, last, common).map((row) => `${row.origin}: ${row.label}`),
    rows,
  );
}

test("common instructions, when nothing was typed or asked before", () => {
  check("", undefined, ["common: Simplify", "common: Add types"]);
});

test("the last instruction comes first and is not offered twice", () => {
  check("", common[1], ["last: Add types", "common: Simplify"]);
});

test("what is typed is the first row, so that Enter takes it", () => {
  check("  리스트로 바꿔 줘 ", common[1], ["typed: 리스트로 바꿔 줘", "last: Add types", "common: Simplify"]);
});

test("a common instruction typed out is that instruction", () => {
  check("simplify", undefined, ["common: Simplify", "common: Add types"]);
  assert.equal(rowsFor("simplify", undefined, common)[0]?.text, "Simplify this code.");
});
