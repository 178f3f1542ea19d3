/** Short names of code that goes along with a question. */

import type { ChatContext } from "../engine";

/** `calc.py 10–24`, or the bare name for a whole file. */
export function contextLabel(context: ChatContext): string {
  const { startLine, endLine } = context;
  const name = fileName(context.path);
  if (startLine === undefined) return name;
  return endLine === undefined || endLine === startLine ? `${name} ${startLine}` : `${name} ${startLine}–${endLine}`;
}

/** The last part of a path. */
export function fileName(path: string): string {
  return path.split(/[/\\]/).at(-1) ?? path;
}
