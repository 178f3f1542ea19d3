/** Which problems one quick fix takes together. Pure over the little that it needs of a diagnostic. */

export interface Problem {
  readonly message: string;
  /** As the editor counts: 0 for an error, 3 for a hint. */
  readonly severity: number;
  readonly range: Lines;
}

interface Lines {
  readonly start: { readonly line: number };
  readonly end: { readonly line: number };
}

/** More than this are not one fix. */
export const PROBLEMS_MAX = 20;

const HINT = 3;

/**
 * Those that touch the lines, the worst first, else in the order of the text. A hint is only taken
 * where there is nothing else: what merely could be better is no part of a repair.
 */
export function touching<P extends Problem>(problems: readonly P[], { start, end }: Lines): P[] {
  const here = problems.filter(({ range }) => range.start.line <= end.line && range.end.line >= start.line);
  const serious = here.filter(({ severity }) => severity < HINT);
  return (serious.length > 0 ? serious : here)
    .sort((a, b) => a.severity - b.severity || a.range.start.line - b.range.start.line)
    .slice(0, PROBLEMS_MAX);
}
