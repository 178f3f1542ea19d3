import assert from "node:assert/strict";
import { test } from "node:test";
import { batch } from "../../src/chat/batch";
import { pageHtml } from "../../src/chat/html";
import { contextLabel } from "../../src/chat/labels";
import { nextSpeech } from "../../src/chat/page/speech";
import { cutToLines, indentLike, languageId, titleOf } from "../../src/chat/text";

test("a batch hands on what came in one tick together, in order, and nothing twice", () => {
  const ticks: (() => void)[] = [];
  const delivered: number[][] = [];
  const gathered = batch<number>(
    (run) => ticks.push(run),
    (items) => delivered.push(items),
  );
  gathered.add(1);
  gathered.add(2);
  assert.equal(ticks.length, 1);
  ticks.shift()?.();
  gathered.add(3);
  gathered.flush();
  gathered.add(4);
  for (const tick of ticks) tick();
  assert.deepEqual(delivered, [[1, 2], [3], [4]]);
});

test("a screen reader hears finished sentences once, and no code", () => {
  const answer = "Use `sum`. It is\n\n```py\nprint('No. Way.')\n```\nDone! Really";
  const told: string[] = [];
  let at = 0;
  for (let length = 1; length <= answer.length; length++) {
    const speech = nextSpeech(answer.slice(0, length), at, length === answer.length);
    at = speech.told;
    if (speech.say !== "") told.push(speech.say);
  }
  assert.deepEqual(told, ["Use sum.", "It is", "Done!", "Really"]);
  assert.equal(nextSpeech("네, 맞아요. 그런데", 0, false).say, "네, 맞아요.");
});

test("code takes the indentation of the blank line it goes into", () => {
  assert.equal(indentLike("if a:\n    b\n\nc", "    "), "if a:\n        b\n\n    c");
  assert.equal(indentLike("a\nb", "x = "), "a\nb");
  assert.equal(indentLike("a\r\nb\r\n", "\t"), "a\r\n\tb\r\n");
});

test("context is cut at the end of a line", () => {
  assert.equal(cutToLines("one\ntwo\nthree", 9), "one\ntwo\n");
  assert.equal(cutToLines("one\ntwo\n", 8), "one\ntwo\n");
  assert.equal(cutToLines("abcdef", 3), "abc");
});

test("labels, titles and languages", () => {
  const context = { path: "src/calc.py", language: "python", text: "x" };
  assert.equal(contextLabel(context), "calc.py");
  assert.equal(contextLabel({ ...context, startLine: 10, endLine: 24 }), "calc.py 10–24");
  assert.equal(contextLabel({ ...context, startLine: 10, endLine: 10 }), "calc.py 10");
  assert.equal(titleOf("  Why?\nmore"), "Why?");
  assert.equal(titleOf("가".repeat(60)), `${"가".repeat(48)}…`);
  assert.equal(titleOf(undefined), "");
  assert.deepEqual(["py", "TS", "rust", ""].map(languageId), ["python", "typescript", "rust", ""]);
});

test("the page allows its own two files and nothing else", () => {
  const html = pageHtml({ script: "s.js", style: "s.css", source: "https://own", nonce: "n0", language: "ko" });
  const policy = /content="(default-src[^"]*)"/.exec(html)?.[1];
  assert.equal(policy, "default-src 'none'; script-src 'nonce-n0'; style-src https://own; font-src https://own");
  assert.deepEqual(html.match(/(?:src|href)="[^"]*"/g), ['href="s.css"', 'src="s.js"']);
});
