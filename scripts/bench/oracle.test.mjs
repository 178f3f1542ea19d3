import assert from "node:assert/strict";
import { test } from "node:test";
import { ALWAYS_RIGHT, answerAt, cutAtStop, PARTLY_RIGHT, piecesOf, placeOf } from "./oracle.mjs";

const text = 'def greet(name):\n    text = f"hello {name}"\n    return text\n\n\ndef part():\n    pass\n';

test("a place is found by the end of the prompt", () => {
  const before = text.slice(0, text.indexOf("return"));
  assert.equal(placeOf(`rules\n${before}`.slice(-30), text), before.length);
  assert.equal(placeOf("nothing of it", text), -1);
});

test("a right answer is what follows, up to a blank line", () => {
  const place = text.indexOf("ret");
  assert.equal(answerAt(text, place, ALWAYS_RIGHT, 1), "return text");
  assert.equal(answerAt(text, place + 3, ALWAYS_RIGHT, 1), "urn text");
});

test("an answer's worth is the same wherever in a word it is asked for, and in front of it", () => {
  const worth = (answer, place) => text.slice(place).startsWith(answer);
  const start = text.indexOf("return");
  for (let seed = 0; seed < 50; seed += 1) {
    const found = [start - 1, start, start + 2].map((place) => worth(answerAt(text, place, PARTLY_RIGHT, seed), place));
    assert.equal(new Set(found).size, 1, `seed ${seed}`);
  }
});

test("answers are right for the share that was asked for", () => {
  const words = Array.from({ length: 3_000 }, (_, index) => `word${index}`).join(" ");
  let right = 0;
  for (const { index } of words.matchAll(/word/g)) {
    if (words.startsWith(answerAt(words, index, PARTLY_RIGHT, 5), index)) right += 1;
  }
  assert.ok(Math.abs(right / 3_000 - PARTLY_RIGHT.right) < 0.04, `${right}`);
});

test("pieces make up the answer, and stops cut it", () => {
  const answer = "    return some_longer_name(x, [1, 2])\n\n  end 한글";
  assert.equal(piecesOf(answer).join(""), answer);
  assert.equal(cutAtStop("a\nb```", ["```", "\n"]), "a");
  assert.equal(cutAtStop("a", ["\n"]), "a");
});
