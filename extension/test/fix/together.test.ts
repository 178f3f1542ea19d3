import assert from "node:assert/strict";
import { test } from "node:test";
import { PROBLEMS_MAX, touching } from "../../src/fix/together";

const at = (line: number, severity: number, last = line) => ({
  message: `${line}/${severity}`,
  severity,
  range: { start: { line }, end: { line: last } },
});
const named = (problems: { message: string }[]) => problems.map(({ message }) => message);

test("problems of the lines come together, the worst first; hints only when alone", () => {
  const all = [at(1, 1), at(2, 1), at(2, 0), at(2, 3), at(0, 0, 5), at(4, 3)];
  assert.deepEqual(named(touching(all, at(2, 0).range)), ["0/0", "2/0", "2/1"]);
  assert.deepEqual(named(touching([at(4, 3), at(9, 0)], at(4, 0).range)), ["4/3"]);
  assert.deepEqual(touching(all, at(7, 0).range), []);
});

test("no more than one fix can hold", () => {
  const many = Array.from({ length: 100 }, () => at(3, 0));
  assert.equal(touching(many, at(3, 0).range).length, PROBLEMS_MAX);
});
