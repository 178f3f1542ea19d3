/**
 * Spans and replacements over plain text: following a span while its document changes, applying an
 * edit, and making an edit as small as its lines allow. Pure; offsets are UTF-16 units.
 */

export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface Replacement extends Span {
  readonly text: string;
}

/** Replacements that hold against `text`, none overlapping, in any order. */
export function applyAll(text: string, replacements: readonly Replacement[]): string {
  let result = "";
  let from = 0;
  for (const one of [...replacements].sort((a, b) => a.start - b.start)) {
    result += text.slice(from, one.start) + one.text;
    from = one.end;
  }
  return result + text.slice(from);
}

/** The smallest span that holds all of them; undefined for none. */
export function unionOf(spans: readonly Span[]): Span | undefined {
  if (spans.length === 0) return undefined;
  return { start: Math.min(...spans.map((span) => span.start)), end: Math.max(...spans.map((span) => span.end)) };
}

/**
 * Where a span lies after changes, each against the text that the ones before left. A change outside
 * moves it; one that touches its inside is taken in, so that comparing the texts tells of it. What is
 * inserted at either end stays outside.
 */
export function follow(span: Span, changes: readonly Replacement[]): Span {
  return changes.reduce(followOne, span);
}

function followOne(span: Span, change: Replacement): Span {
  const growth = change.text.length - (change.end - change.start);
  if (change.end <= span.start) return { start: span.start + growth, end: span.end + growth };
  if (change.start >= span.end) return span;
  return { start: Math.min(span.start, change.start), end: Math.max(span.end, change.end) + growth };
}

/** The same change in as few lines as possible, so that cursors and marks on other lines stay. */
export function minimalReplacements(before: string, after: string): Replacement[] {
  const old = linesOf(before);
  const now = linesOf(after);
  let head = 0;
  while (head < old.length && head < now.length && old[head] === now[head]) head += 1;
  let tail = 0;
  while (
    tail < old.length - head &&
    tail < now.length - head &&
    old[old.length - 1 - tail] === now[now.length - 1 - tail]
  ) {
    tail += 1;
  }
  const start = lengthOf(old.slice(0, head));
  return hunksOf(old.slice(head, old.length - tail), now.slice(head, now.length - tail), start);
}

/** Lines that differ, counted as a person would: a replaced line is one, not two. */
export function linesChanged(before: string, replacements: readonly Replacement[]): number {
  return replacements.reduce((sum, one) => {
    const old = linesOf(before.slice(one.start, one.end)).length;
    return sum + Math.max(old, linesOf(one.text).length);
  }, 0);
}

/** Above this many cells the table below would cost more than a smaller edit is worth. */
const TABLE_CELLS_MAX = 1_000_000;

/** By the longest common subsequence of lines. */
function hunksOf(old: readonly string[], now: readonly string[], start: number): Replacement[] {
  if (old.length === 0 && now.length === 0) return [];
  const width = now.length + 1;
  if ((old.length + 1) * width > TABLE_CELLS_MAX) {
    return [{ start, end: start + lengthOf(old), text: now.join("") }];
  }
  const common = commonLengths(old, now);
  const kept = (row: number, column: number): number => common[row * width + column] ?? 0;
  const hunks: Replacement[] = [];
  let open: { start: number; end: number; text: string } | undefined;
  let offset = start;
  let row = 0;
  let column = 0;
  while (row < old.length || column < now.length) {
    const [was, is] = [old[row], now[column]];
    if (was !== undefined && was === is) {
      if (open) hunks.push(open);
      open = undefined;
      offset += was.length;
      row += 1;
      column += 1;
      continue;
    }
    open ??= { start: offset, end: offset, text: "" };
    if (was !== undefined && (is === undefined || kept(row + 1, column) >= kept(row, column + 1))) {
      offset += was.length;
      open.end = offset;
      row += 1;
    } else {
      open.text += is ?? "";
      column += 1;
    }
  }
  if (open) hunks.push(open);
  return hunks;
}

/** At `row * (now.length + 1) + column`: the common lines of what follows on both sides. */
function commonLengths(old: readonly string[], now: readonly string[]): Uint32Array {
  const width = now.length + 1;
  const table = new Uint32Array((old.length + 1) * width);
  for (let row = old.length - 1; row >= 0; row -= 1) {
    for (let column = now.length - 1; column >= 0; column -= 1) {
      const here = row * width + column;
      table[here] =
        old[row] === now[column]
          ? (table[here + width + 1] ?? 0) + 1
          : Math.max(table[here + width] ?? 0, table[here + 1] ?? 0);
    }
  }
  return table;
}

/** Each with its line end. */
export function linesOf(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+/g) ?? [];
}

function lengthOf(lines: readonly string[]): number {
  return lines.reduce((sum, line) => sum + line.length, 0);
}
