/**
 * When completion is paused, as a value made from what is kept. Pure: no editor and no clock.
 * Where it is kept and who is told is pauses.ts.
 */

/** For everything: until resumed (true), or until a time in Unix milliseconds. */
export type Held = boolean | number;

export type Pause =
  | { readonly kind: "untilResumed" }
  | { readonly kind: "untilTime"; readonly until: number }
  | { readonly kind: "file" };

/** Files remembered for one workspace; the oldest are forgotten. */
export const PAUSED_FILES_MAX = 200;

export const HOUR_MS = 3_600_000;

/** What is in force in a file; the pause that lasts longest is told. */
export function pauseOf(held: Held, files: readonly string[], uri: string | undefined, now: number): Pause | undefined {
  if (held === true) return { kind: "untilResumed" };
  if (uri !== undefined && files.includes(uri)) return { kind: "file" };
  const left = leftOf(held, now);
  return left > 0 ? { kind: "untilTime", until: now + left } : undefined;
}

/** Milliseconds until it ends by itself; 0 when none of that kind is in force. */
export function leftOf(held: Held, now: number): number {
  // A clock set back must not make an hour last for days.
  return typeof held === "number" && held - now <= HOUR_MS ? Math.max(0, held - now) : 0;
}

export function withFile(files: readonly string[], uri: string): string[] {
  return [uri, ...withoutFile(files, uri)].slice(0, PAUSED_FILES_MAX);
}

export function withoutFile(files: readonly string[], uri: string): string[] {
  return files.filter((file) => file !== uri);
}
