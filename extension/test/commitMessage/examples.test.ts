import assert from "node:assert/strict";
import { test } from "node:test";
import { languageOf, subjectsOf } from "../../src/commitMessage/examples";

test("examples are the subjects that people wrote", () => {
  const messages = [
    "Add a cart\n\nIt holds items.",
    "Merge branch 'x'",
    "fixup! Add",
    "",
    "  장바구니 합계 수정  ",
    "가".repeat(500),
  ];
  assert.deepEqual(subjectsOf(messages), ["Add a cart", "장바구니 합계 수정", "가".repeat(120)]);
  assert.equal(subjectsOf(Array.from({ length: 40 }, (_, index) => `Change ${index}`)).length, 10);
});

test("the language is the one most of them are in, or the editor's", () => {
  assert.equal(languageOf(["Add a cart", "합계 수정", "버그 수정"], "en"), "ko");
  assert.equal(languageOf(["Add a cart", "합계 수정"], "ko"), "en");
  assert.equal(languageOf([], "ko-KR"), "ko");
  assert.equal(languageOf([], "de"), "en");
});
