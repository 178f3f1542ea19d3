/** The comment that ends where the cursor is, as words: often it says already what is wanted. Pure. */

/** How a line of a comment begins, in the languages people write. */
const BEGINNING = /^\s*(?:\/\/[/!]?|\/\*\*?|\*(?!\/)|#+(?!\[|!)|--|;+|%+|"""|'''|<!--)\s?/;
const ENDING = /\s*(?:\*\/|-->|"""|''')\s*$/;

/** `lines` end with the cursor's. Empty when there is no comment. */
export function commentAbove(lines: readonly string[]): string {
  const upward = [...lines].reverse();
  // The cursor may stand on the blank line below the comment.
  if (upward[0]?.trim() === "") upward.shift();
  const words: string[] = [];
  for (const line of upward) {
    if (!BEGINNING.test(line) && !ENDING.test(line)) break;
    words.unshift(line.replace(BEGINNING, "").replace(ENDING, "").trim());
  }
  return words.filter((line) => line !== "").join(" ");
}
