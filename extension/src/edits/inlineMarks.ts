/**
 * How a small change looks in the editor itself: what goes is struck, what comes stands behind it on
 * the same line. Editors draw no lines that the document does not have, so a change that adds more
 * than one line to another is none of these, and is shown as a diff. Pure.
 */
import { linesOf, type Replacement, type Span } from "../textEdits";

export interface Marks {
  readonly removed: readonly Span[];
  readonly added: readonly Added[];
}

export interface Added {
  /** The text stands behind this place; at the very beginning of the document, before it. */
  readonly at: number;
  readonly text: string;
}

/** More than this is read better side by side. */
const LINES_MAX = 6;
const ADDED_CHARACTERS_MAX = 100;

/** Says that the text behind it is a line of its own. */
const NEW_LINE = "⏎ ";

/** Undefined when the changes cannot be shown well in place. */
export function marksOf(document: string, hunks: readonly Replacement[]): Marks | undefined {
  const removed: Span[] = [];
  const added: Added[] = [];
  let lines = 0;
  for (const hunk of hunks) {
    const seen = removed.length + added.length;
    const old = linesOf(document.slice(hunk.start, hunk.end)).map(withoutEnd);
    const now = linesOf(hunk.text).map(withoutEnd);
    lines += Math.max(old.length, now.length);
    if (lines > LINES_MAX || now.length > old.length + 1) return undefined;
    let at = hunk.start;
    for (const [index, line] of old.entries()) {
      markLine(at, line, now[index], removed, added);
      at += line.length + lineEndAt(document, at + line.length);
    }
    const extra = now[old.length];
    if (extra !== undefined) added.push(newLine(document, at, extra));
    // What differs in its line end alone is seen nowhere.
    if (removed.length + added.length === seen) return undefined;
  }
  return added.some(({ text }) => text.length > ADDED_CHARACTERS_MAX) ? undefined : { removed, added };
}

function newLine(document: string, at: number, line: string): Added {
  if (at === 0) return { at, text: `${line.trimStart()} ${NEW_LINE}` };
  return { at: at - endingBefore(document, at), text: NEW_LINE + line.trimStart() };
}

function markLine(at: number, old: string, now: string | undefined, removed: Span[], added: Added[]): void {
  if (now === undefined) {
    removed.push({ start: at, end: at + old.length });
    return;
  }
  const [head, tail] = commonWords(old, now);
  const end = old.length - tail;
  const text = now.slice(head, now.length - tail);
  if (end > head) removed.push({ start: at + head, end: at + end });
  if (text !== "") added.push({ at: at + end, text });
}

/** How much both lines begin and end with, in whole words: half a word struck cannot be read. */
function commonWords(old: string, now: string): [head: number, tail: number] {
  const [a, b] = [wordsOf(old), wordsOf(now)];
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head += 1;
  let tail = 0;
  while (tail < Math.min(a.length, b.length) - head && a.at(-1 - tail) === b.at(-1 - tail)) tail += 1;
  return [lengthOf(a.slice(0, head)), lengthOf(a.slice(a.length - tail))];
}

/** Words, runs of blanks, and every other character by itself. */
function wordsOf(line: string): string[] {
  return line.match(/[\p{L}\p{N}\p{M}_]+|\s+|./gu) ?? [];
}

function lengthOf(words: readonly string[]): number {
  return words.reduce((sum, word) => sum + word.length, 0);
}

function withoutEnd(line: string): string {
  return line.replace(/\r?\n$/, "");
}

function lineEndAt(document: string, offset: number): number {
  return /^\r?\n/.exec(document.slice(offset, offset + 2))?.[0].length ?? 0;
}

function endingBefore(document: string, offset: number): number {
  return /\r?\n$/.exec(document.slice(Math.max(0, offset - 2), offset))?.[0].length ?? 0;
}
