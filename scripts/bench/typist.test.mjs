import assert from "node:assert/strict";
import { test } from "node:test";
import { keysOf, rhythm } from "./typist.mjs";

test("the editor indents a line with the key that ends the one before", () => {
  assert.deepEqual(keysOf("a:\n    b"), ["a", ":", "\n    ", "b"]);
  assert.deepEqual(keysOf("a\n\n  b\n"), ["a", "\n", "\n  ", "b", "\n"]);
  assert.deepEqual(keysOf("한😀"), ["한", "😀"]);
});

test("the keys make up the text", () => {
  const text = "fn main() {\r\n\tlet x = 1;\n\n    y();\n}\n";
  assert.equal(keysOf(text).join(""), text);
});

test("the rhythm has the speed asked for, and is the same for the same seed", () => {
  const keys = keysOf("def add(left, right):\n    return left + right\n".repeat(20));
  const waits = rhythm(keys, 60, 1);
  const minutes = waits.reduce((sum, wait) => sum + wait, 0) / 60_000;
  assert.ok(Math.abs(keys.length / 5 / minutes - 60) < 0.001);
  assert.deepEqual(rhythm(keys, 60, 1), waits);
  assert.notDeepEqual(rhythm(keys, 60, 2), waits);
});

test("a line takes longer to begin than a word, and a word longer than its rest", () => {
  const keys = keysOf("ab cd\nef gh\n".repeat(200));
  const waits = rhythm(keys, 90, 3);
  const mean = (is) => {
    const chosen = waits.filter((_, index) => is(keys[index - 1] ?? "\n", keys[index]));
    return chosen.reduce((sum, wait) => sum + wait, 0) / chosen.length;
  };
  const [line, word, inside] = [
    mean((before) => before === "\n"),
    mean((before) => before === " "),
    mean((before, key) => /\w/.test(before) && /\w/.test(key)),
  ];
  assert.ok(line > 2 * word && word > 1.2 * inside, `${line} ${word} ${inside}`);
});
