/** Whether a cursor went so far that other text stands around it now. Pure. */

export interface Spot {
  readonly uri: string;
  /** Counted from 0. */
  readonly line: number;
}

/** About as much as stands on a screen: nearer than that, most of what the server has read still holds. */
const FAR_LINES = 60;

export function isFar(from: Spot | undefined, to: Spot): boolean {
  return from === undefined || from.uri !== to.uri || Math.abs(from.line - to.line) > FAR_LINES;
}
