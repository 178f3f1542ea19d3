/** What became of a suggestion, as numbers without text, and the counts of a day. Pure. */

export const OUTCOME_KINDS = ["shown", "accepted", "partially_accepted", "dismissed", "survived", "changed"] as const;

export type OutcomeKind = (typeof OUTCOME_KINDS)[number];

export interface Outcome {
  readonly kind: OutcomeKind;
  /** The editor's language id. */
  readonly language: string;
  /** UTF-16 units shown, taken or dismissed. */
  readonly characters: number;
}

/** How often each happened on one day. */
export interface Day {
  readonly date: string;
  readonly counts: Readonly<Partial<Record<OutcomeKind, number>>>;
}

/** The day with one more; a new day begins at zero. */
export function counted(day: Day | undefined, date: string, kind: OutcomeKind): Day {
  const counts = day?.date === date ? day.counts : {};
  return { date, counts: { ...counts, [kind]: (counts[kind] ?? 0) + 1 } };
}

/** Of that day, how often. */
export function countOn(day: Day | undefined, date: string, kind: OutcomeKind): number {
  return day?.date === date ? (day.counts[kind] ?? 0) : 0;
}
