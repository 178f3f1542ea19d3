/** The days conversations are listed under. Pure: what is now comes from outside. */

export type Day = "today" | "yesterday" | "week" | "month" | "older";

const DAY_MS = 86_400_000;

/** The day of `at`, seen at `now`; both Unix milliseconds, in the time zone of this machine. */
export function dayOf(at: number, now: number): Day {
  const midnight = new Date(now).setHours(0, 0, 0, 0);
  if (at >= midnight) return "today";
  // Days are not always as long as one another.
  const yesterday = new Date(midnight - DAY_MS / 2).setHours(0, 0, 0, 0);
  if (at >= yesterday) return "yesterday";
  if (at >= midnight - 6 * DAY_MS) return "week";
  return at >= midnight - 29 * DAY_MS ? "month" : "older";
}
