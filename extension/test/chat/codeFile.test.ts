import assert from "node:assert/strict";
import { test } from "node:test";
import { namedFile } from "../../src/chat/codeFile";

const cases: [string, string, string, string][] = [
  ["in backticks above", "x = 1", "Change `src/calc.py` like this:", "src/calc.py"],
  ["bold", "x = 1", "**calc.py**", "calc.py"],
  ["with a colon", "x = 1", "In calc.py:", "calc.py"],
  ["Korean around it", "x = 1", "`calc.py`를 이렇게 바꿔 보세요:", "calc.py"],
  ["Korean directly behind it", "x = 1", "calc.py에서 고치세요.", "calc.py"],
  ["a Korean name", "x = 1", "`문서/계산.py`:", "문서/계산.py"],
  ["only the last line above counts", "x = 1", "calc.py is fine.\nAnother one:", ""],
  ["two files are none", "x = 1", "Between a.py and b.py:", ""],
  ["the same one twice", "x = 1", "`a.py` (a.py):", "a.py"],
  ["a method is no file", "x = 1", "Call `items.append` like this:", ""],
  ["a domain is no file", "x = 1", "See example.com:", ""],
  ["its own first line", "// src/app.ts\nlet a", "Here:", "src/app.ts"],
  ["its own first line, another language", "# calc.py\nx = 1", "b.py:", "calc.py"],
  ["a comment that only speaks of a file", "# see calc.py\nx = 1", "Here:", ""],
  ["nothing", "", "", ""],
];

for (const [name, code, above, expected] of cases) {
  test(name, () => assert.equal(namedFile(code, above), expected));
}
