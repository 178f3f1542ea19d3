/** How much of a text is still there in another. Pure. */

/** Words, and every other sign that is no blank by itself. */
const TOKENS = /[\p{L}\p{M}\p{N}_]+|[^\s]/gu;

/** The table below grows with the product of both counts; what lies beyond is not compared. */
const TOKENS_MAX = 2_000;

/** The share of `before`'s words and signs that `now` still holds in the same order: 0 to 1. */
export function shareLeft(before: string, now: string): number {
  const old = tokensOf(before);
  return old.length === 0 ? 1 : commonCount(old, tokensOf(now)) / old.length;
}

function tokensOf(text: string): string[] {
  return (text.match(TOKENS) ?? []).slice(0, TOKENS_MAX);
}

/** Length of the longest common subsequence, with one row of the table at a time. */
function commonCount(old: readonly string[], now: readonly string[]): number {
  let above = new Uint16Array(now.length + 1);
  for (const token of old) {
    const row = new Uint16Array(now.length + 1);
    for (const [column, other] of now.entries()) {
      row[column + 1] = token === other ? (above[column] ?? 0) + 1 : Math.max(above[column + 1] ?? 0, row[column] ?? 0);
    }
    above = row;
  }
  return above[now.length] ?? 0;
}
