import assert from "node:assert/strict";
import { test } from "node:test";
import { commentAbove } from "../../src/tasks/commentAbove";

const cases: [string, string[], string][] = [
  ["one line, the cursor below it", ["x = 1", "# 합계를 구한다", ""], "합계를 구한다"],
  [
    "several lines, the cursor at their end",
    ["  // Adds all prices", "  // and the tax."],
    "Adds all prices and the tax.",
  ],
  ["a block", ["/**", " * Adds all prices.", " */", "  "], "Adds all prices."],
  ["a docstring of one line", ['    """Adds all prices."""'], "Adds all prices."],
  ["markup", ["<!-- a table of prices -->"], "a table of prices"],
  ["SQL", ["-- all carts of today"], "all carts of today"],
  ["code above the cursor", ["total = 0", ""], ""],
  ["a comment further up", ["// old", "", "let a = 1;"], ""],
  ["nothing", [""], ""],
];

for (const [name, lines, expected] of cases) {
  test(`a comment as words: ${name}`, () => assert.equal(commentAbove(lines), expected));
}
