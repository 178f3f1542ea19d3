/**
 * What became of problems after a fix: from what was reported before and what is reported now. A
 * problem is known by its words, not by its place, since a fix moves lines. Pure.
 */

export interface Reported {
  readonly message: string;
  /** As the editor counts: 0 for an error, 3 for a hint. */
  readonly severity: number;
  readonly source?: string | undefined;
}

export type Verdict<P> =
  | { readonly kind: "solved"; readonly count: number }
  /** Nothing new, and some of the problems stayed. */
  | { readonly kind: "same"; readonly left: readonly P[] }
  /** As many problems as before or fewer, but others. */
  | { readonly kind: "other"; readonly left: readonly P[] }
  /** More than before. */
  | { readonly kind: "worse"; readonly left: readonly P[] };

export function judge<P extends Reported>(fixed: readonly P[], before: readonly P[], after: readonly P[]): Verdict<P> {
  // What stood there before and was not to be fixed may stay.
  const others = tally(before);
  const wanted = tally(fixed);
  for (const [key, count] of wanted) others.set(key, Math.max(0, (others.get(key) ?? 0) - count));

  const stayed: P[] = [];
  const added: P[] = [];
  for (const one of after) {
    const key = keyOf(one);
    if (take(others, key)) continue;
    if (take(wanted, key)) stayed.push(one);
    else added.push(one);
  }
  // A new hint is no price worth naming for an error that went away.
  const worst = Math.min(...fixed.map(({ severity }) => severity));
  const serious = added.filter(({ severity }) => severity <= worst);
  const left = [...serious, ...stayed];
  if (left.length > fixed.length) return { kind: "worse", left };
  if (serious.length > 0) return { kind: "other", left };
  return stayed.length > 0 ? { kind: "same", left } : { kind: "solved", count: fixed.length };
}

/** Whether both say the same, wherever they stand. */
export function sameWords(one: Reported, other: Reported): boolean {
  return keyOf(one) === keyOf(other);
}

/** Whether both hold the same problems, wherever they stand. */
export function sameProblems(some: readonly Reported[], others: readonly Reported[]): boolean {
  const left = tally(others);
  return some.length === others.length && some.every((one) => take(left, keyOf(one)));
}

function tally(problems: readonly Reported[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const one of problems) counts.set(keyOf(one), (counts.get(keyOf(one)) ?? 0) + 1);
  return counts;
}

function take(counts: Map<string, number>, key: string): boolean {
  const count = counts.get(key) ?? 0;
  if (count === 0) return false;
  counts.set(key, count - 1);
  return true;
}

function keyOf({ severity, source, message }: Reported): string {
  return JSON.stringify([severity, source, message]);
}
