/**
 * The lines of one code block, some coloured already. They are held in groups: a group whose lines are
 * what they were is the same object, and is not drawn again.
 */

import type { LineReader, ReadLines, Token } from "../colours/readLines";

export type Line = readonly Token[];

export interface Group {
  lines: readonly Line[];
}

export interface CodeLines {
  groups(): readonly Group[];
  /** Takes in the code as it is now: more of it, or another one. */
  update(code: string): void;
  /** Colours up to that many lines; gives whether more are left. */
  paint(read: ReadLines, linesMax: number): boolean;
}

const GROUP_LINES = 40;
/** What is longer is a log or data: the rest stays plain. */
const COLOURED_LINES_MAX = 5_000;

export function createCodeLines(language: string): CodeLines {
  let code = "";
  let texts: string[] = [];
  let groups: Group[] = [];
  let reader: LineReader | undefined;
  let known: boolean | undefined;
  /** Lines read for good, and the last one, which was read as far as it went. */
  let coloured: Line[] = [];
  let peeked: { text: string; line: Line } | undefined;

  /** Groups from the one that holds line `from` on, anew. */
  const regroup = (from: number) => {
    const first = Math.floor(from / GROUP_LINES);
    groups = groups.slice(0, first);
    for (let at = first * GROUP_LINES; at < texts.length; at += GROUP_LINES) {
      groups.push({ lines: texts.slice(at, at + GROUP_LINES).map((text, offset) => lineOf(at + offset, text)) });
    }
  };
  const lineOf = (at: number, text: string): Line =>
    coloured[at] ?? (at === texts.length - 1 && peeked?.text === text ? peeked.line : [{ text }]);

  return {
    groups: () => groups,
    update(next) {
      if (next === code && groups.length > 0) return;
      const grows = next.startsWith(code) && groups.length > 0;
      if (!grows) {
        [texts, groups, coloured, reader, known, peeked] = [[], [], [], undefined, undefined, undefined];
        code = "";
      }
      const last = texts.pop() ?? "";
      const from = texts.length;
      texts.push(...(last + next.slice(code.length)).split("\n"));
      code = next;
      regroup(from);
    },
    paint(read, linesMax) {
      if (known === undefined) {
        reader = read(language);
        known = reader !== undefined;
      }
      if (!reader) return false;
      const from = coloured.length;
      const whole = Math.min(texts.length - 1, COLOURED_LINES_MAX);
      if (from === COLOURED_LINES_MAX) return false;
      const to = Math.min(whole, from + linesMax);
      for (let at = from; at < to; at++) coloured.push(reader.next(texts[at] ?? ""));
      if (to === whole && whole < COLOURED_LINES_MAX) {
        const text = texts.at(-1) ?? "";
        if (peeked?.text !== text) peeked = { text, line: reader.peek(text) };
      }
      regroup(from);
      return to < whole;
    },
  };
}
