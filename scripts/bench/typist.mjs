// Somebody who types a given text: which keys, and how long before each of them.
//
// Times between keys of people are spread log-normally, and are longer before a word than within one, and longest
// before a line. The words per minute count the pauses in: a word is five keys.

import { normal, seeded } from "./seeded.mjs";

const KEYS_PER_WORD = 5;
const SPREAD = 0.45;
/** How much longer than within a word it takes to begin one, and to begin a line. */
const BEFORE_WORD = 1.6;
const BEFORE_LINE = 5;

/** The keys of `text`: one for each character; the editor indents the next line together with the line's end. */
export function keysOf(text) {
  return text.match(/\r?\n[ \t]*(?=\S)|[\s\S]/gu) ?? [];
}

/** Milliseconds before each key, for a typist of that speed; the same for the same seed. */
export function rhythm(keys, wordsPerMinute, seed) {
  const random = seeded(seed);
  const waits = keys.map((key, index) => {
    const before = keys[index - 1] ?? "\n";
    const spread = Math.exp(SPREAD * normal(random));
    if (before.includes("\n")) return BEFORE_LINE * spread;
    const beginsWord = /\w/.test(key) && !/\w/.test(before);
    return (beginsWord ? BEFORE_WORD : 1) * spread;
  });
  const whole = (60_000 / (wordsPerMinute * KEYS_PER_WORD)) * keys.length;
  const scale = whole / waits.reduce((sum, wait) => sum + wait, 0);
  return waits.map((wait) => wait * scale);
}
