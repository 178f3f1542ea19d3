/** Which hints are shown: few, the weightiest, and steady while somebody scrolls. Pure. */

/** More than this on a screen is no hint any more. */
export const SHOWN_MAX = 3;

export interface Candidate {
  /** The same for the same hint, also when it moves. */
  readonly key: string;
  /** The larger, the more it weighs. */
  readonly rank: number;
}

/**
 * At most `max` of those in view. What is shown already stays, so that nothing comes and goes while
 * somebody scrolls; the places that are free go to those that weigh most.
 */
export function choose<C extends Candidate>(inView: readonly C[], shown: ReadonlySet<string>, max = SHOWN_MAX): C[] {
  const isShown = ({ key }: C): number => (shown.has(key) ? 0 : 1);
  return [...inView].sort((a, b) => isShown(a) - isShown(b) || b.rank - a.rank).slice(0, Math.max(0, max));
}
