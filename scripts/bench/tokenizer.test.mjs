import assert from "node:assert/strict";
import { test } from "node:test";
import { evaluatedAfter, lineCounter } from "./tokenizer.mjs";

test("a server evaluates what does not begin as the prompt before, and always the last token", () => {
  assert.equal(evaluatedAfter([], [1, 2, 3]), 3);
  assert.equal(evaluatedAfter([1, 2, 3], [1, 2, 3, 4]), 1);
  assert.equal(evaluatedAfter([1, 2, 3, 4], [1, 2, 9, 4]), 2);
  assert.equal(evaluatedAfter([1, 2, 3], [1, 2, 3]), 1);
  assert.equal(evaluatedAfter([1, 2, 3], [1, 2]), 1);
});

test("known lines are counted by the tokenizer, others estimated", async () => {
  const count = await lineCounter(async (line) => [...line], "ab\nabcd\n");
  assert.equal(count("abcd"), 4);
  assert.equal(count(""), 0);
  assert.equal(count("abcdefg"), 2);
});
