/** What can be read from the engine's words about a broken answer, which are English. Pure. */

/** The line they name, if they do. */
export function brokenLine(problem: string): number | undefined {
  const found = /\bline (\d{1,7})\b/i.exec(problem)?.[1];
  return found === undefined ? undefined : Number(found);
}
