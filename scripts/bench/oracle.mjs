// What a model might answer while a known text is typed: right for a share of the places, right for a few words at
// others, wrong at the rest. Which of them is decided by where the word at the cursor begins, so that every client gets
// the same answers at the same places, however its prompt ends.

import { seeded } from "./seeded.mjs";

/** Shares of the places at which an answer is right, and right for its first words; it is wrong at the others. */
export const ALWAYS_RIGHT = { right: 1, rightAtFirst: 0 };
export const PARTLY_RIGHT = { right: 0.4, rightAtFirst: 0.3 };

/** Characters of the prompt's end by which its place in the text is found. */
const TAIL = 120;
const LINES_MAX = 6;
const WORDS_RIGHT_AT_FIRST = 2;
const WRONG = [" value = None", " return self.result", ".compute(data, index)", "for item in items:", "(value)"];

/** Where `prompt` ends in `text`, or -1 when it does not end in it. */
export function placeOf(prompt, text) {
  const tail = prompt.slice(-TAIL);
  const found = text.indexOf(tail);
  return found === -1 ? -1 : found + tail.length;
}

/** The answer at a place of the text. */
export function answerAt(text, place, shares, seed) {
  const random = seeded(seed + startOfWord(text, place) * 7919);
  const draw = random();
  const right = upToBlankLine(text.slice(place));
  if (draw < shares.right) return right;
  const wrong = WRONG[Math.floor(random() * WRONG.length)];
  if (draw >= shares.right + shares.rightAtFirst) {
    // Also a wrong model keeps the indentation and ends the word it is in.
    return `${/^\s*\w*/.exec(right)[0]}${wrong}\n`;
  }
  const words = [...right.matchAll(/\w+/g)].slice(0, WORDS_RIGHT_AT_FIRST);
  const end = words.length > 0 ? words.at(-1).index + words.at(-1)[0].length : right.length;
  return `${right.slice(0, end)}${wrong}\n`;
}

/** An answer as the pieces that a model writes, one for about each token. */
export const piecesOf = (answer) => answer.match(/[ \t]*\w{1,6}|\s*[^\w\s]{1,2}|\s+/g) ?? [];

/** The answer up to the first of the texts that end it. */
export function cutAtStop(answer, stops) {
  const ends = stops.map((stop) => answer.indexOf(stop)).filter((at) => at !== -1);
  return answer.slice(0, Math.min(answer.length, ...ends));
}

/** A prompt may end before a word, in it, or before the blank in front of it: all are the same place to a model. */
function startOfWord(text, place) {
  let start = place;
  while (start > 0 && /\w/.test(text[start - 1])) start -= 1;
  while (start > 0 && /[ \t]/.test(text[start - 1])) start -= 1;
  return start;
}

function upToBlankLine(text) {
  const block = /^\s*[\s\S]*?(?=\n\s*\n|$)/.exec(text)[0];
  return block.split("\n").slice(0, LINES_MAX).join("\n");
}
