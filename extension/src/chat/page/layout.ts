/**
 * Which rows of a conversation are drawn. A turn is a row for its question, one for each block of
 * its answer, and one for what stands below; only rows near the view are in the page, and the room of
 * the others is kept by gaps of the height they had, or likely have.
 *
 * Pure but for what it remembers: heights are told to it, and answers are read once.
 */

import type { Turn } from "../turns";
import { type Reading, readMarkdown } from "./markdown";

/** A row to draw, below that many pixels of rows that are not drawn. */
export interface Row {
  /** 0 is the question, the last one the end of the turn, those between are blocks of the answer. */
  at: number;
  gap: number;
}

/** A turn of which something is drawn. */
export interface ShownTurn {
  turn: Turn;
  /** Its place in the conversation. */
  at: number;
  reading: Reading;
  rows: Row[];
}

/** What is drawn, and the room below it. */
export interface Shown {
  turns: ShownTurn[];
  gap: number;
}

export interface Layout {
  /** Takes in the turns as they are now, in a column that many characters wide. */
  update(turns: readonly Turn[], columns: number): void;
  /** The whole height, as far as it is known. */
  height(): number;
  /** The rows between two heights, and those that must stay. */
  show(top: number, bottom: number, pinned: ReadonlySet<string>): Shown;
  measured(row: string, height: number): void;
}

/** A row's name in the page. */
export function rowName(turn: string, at: number): string {
  return `${turn}/${at}`;
}

interface Entry {
  turn: Turn;
  answer: string;
  /** Absent while nothing of the turn was near the view. */
  reading?: Reading;
  /** By row; the end is kept apart, since the answer grows before it. */
  heights: number[];
  end: number;
  /** The answer's height while it is not read. */
  likely: number;
}

const LINE_PIXELS = 21;
const BLOCK_PIXELS = 12;
const END_PIXELS = 44;

export function createLayout(): Layout {
  let entries: Entry[] = [];
  let byTurn = new Map<string, Entry>();
  let columns = 80;

  const likely = (text: string) => likelyLines(text, columns) * LINE_PIXELS + BLOCK_PIXELS;
  const heightOf = (entry: Entry) => {
    if (!entry.reading) return (entry.heights[0] ?? 0) + entry.likely + entry.end;
    return entry.heights.reduce((sum, height) => sum + height, entry.end);
  };
  const read = (entry: Entry): Reading => {
    if (entry.reading?.text === entry.answer) return entry.reading;
    entry.reading = readMarkdown(entry.answer, entry.reading);
    const { blocks } = entry.reading;
    entry.heights.length = Math.min(entry.heights.length, blocks.length + 1);
    for (let at = entry.heights.length; at <= blocks.length; at++) {
      entry.heights.push(likely(blocks[at - 1]?.source ?? ""));
    }
    return entry.reading;
  };

  return {
    update(turns, width) {
      columns = Math.max(width, 20);
      const before = byTurn;
      byTurn = new Map();
      entries = turns.map((turn) => {
        const entry = before.get(turn.id) ?? entryOf(turn, likely);
        if (entry.turn !== turn) {
          entry.turn = turn;
          if (entry.answer !== turn.answer) {
            entry.answer = turn.answer;
            if (entry.reading) read(entry);
            else entry.likely = likely(turn.answer);
          }
        }
        byTurn.set(turn.id, entry);
        return entry;
      });
    },
    height: () => entries.reduce((sum, entry) => sum + heightOf(entry), 0),
    show(top, bottom, pinned) {
      const shown: ShownTurn[] = [];
      const held = new Set([...pinned].map((row) => row.slice(0, row.lastIndexOf("/"))));
      let gap = 0;
      let y = 0;
      for (const [at, entry] of entries.entries()) {
        const { turn } = entry;
        const whole = heightOf(entry);
        if ((y + whole < top || y > bottom) && !held.has(turn.id)) {
          gap += whole;
          y += whole;
          continue;
        }
        const reading = read(entry);
        const rows: Row[] = [];
        for (let row = 0; row <= entry.heights.length; row++) {
          const height = entry.heights[row] ?? entry.end;
          if ((y + height >= top && y <= bottom) || pinned.has(rowName(turn.id, row))) {
            rows.push({ at: row, gap });
            gap = 0;
          } else {
            gap += height;
          }
          y += height;
        }
        if (rows.length > 0) shown.push({ turn, at, reading, rows });
      }
      return { turns: shown, gap };
    },
    measured(name, height) {
      const cut = name.lastIndexOf("/");
      const entry = byTurn.get(name.slice(0, cut));
      const at = Number(name.slice(cut + 1));
      if (!entry) return;
      if (at === entry.heights.length) entry.end = height;
      else if (at < entry.heights.length) entry.heights[at] = height;
    },
  };
}

function entryOf(turn: Turn, likely: (text: string) => number): Entry {
  return {
    turn,
    answer: turn.answer,
    heights: [likely(turn.user) + BLOCK_PIXELS],
    end: END_PIXELS,
    likely: likely(turn.answer),
  };
}

/** Lines that a text takes in a column that many characters wide, about. */
function likelyLines(text: string, columns: number): number {
  let lines = 0;
  for (let from = 0; from <= text.length; ) {
    const next = text.indexOf("\n", from);
    const end = next < 0 ? text.length : next;
    lines += Math.max(1, Math.ceil((end - from) / columns));
    from = end + 1;
  }
  return lines;
}
