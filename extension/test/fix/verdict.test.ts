import assert from "node:assert/strict";
import { test } from "node:test";
import { judge, sameProblems } from "../../src/fix/verdict";

const problem = (message: string, severity = 0) => ({ message, severity, source: "ts" });
const [a, b, c, d] = ["a", "b", "c", "d"].map((message) => problem(message)) as [Problem, Problem, Problem, Problem];
type Problem = ReturnType<typeof problem>;

const cases: [string, Problem[], Problem[], Problem[], string, string[]][] = [
  ["all gone", [a, b], [a, b, c], [c], "solved", []],
  ["one of two stayed", [a, b], [a, b], [b], "same", ["b"]],
  ["the same words elsewhere are another problem's", [a], [a, a], [a], "solved", []],
  ["both of the same words stayed", [a], [a, a], [a, a], "same", ["a"]],
  ["another in its place", [a], [a, c], [c, d], "other", ["d"]],
  ["another, and the old one too", [a], [a], [a, d], "worse", ["d", "a"]],
  ["two for one", [a], [a], [b, c], "worse", ["b", "c"]],
  ["a new hint does not count against an error", [a], [a], [problem("hint", 3)], "solved", []],
  ["a new error counts against a warning", [problem("w", 1)], [problem("w", 1)], [a], "other", ["a"]],
];

for (const [name, fixed, before, after, kind, left] of cases) {
  test(`judges a fix: ${name}`, () => {
    const verdict = judge(fixed, before, after);
    assert.equal(verdict.kind, kind);
    assert.deepEqual("left" in verdict ? verdict.left.map(({ message }) => message) : [], left);
  });
}

test("problems that only moved are the same", () => {
  const moved = { ...a, range: { start: 1 } };
  assert.ok(sameProblems([b, moved], [a, b]));
  for (const others of [[], [a], [a, a], [a, b, c], [problem("a", 1), b]]) assert.ok(!sameProblems([a, b], others));
});
