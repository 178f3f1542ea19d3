/**
 * What a refactoring across files would change: hunks by file, each of which the user may leave out.
 * Pure; offsets are UTF-16 units in the text that the file had when it was asked about.
 */
import { applyAll, minimalReplacements, type Replacement } from "../textEdits";

export interface Hunk extends Replacement {
  /** Counted from 0, in the text before. */
  readonly line: number;
  /** Whether it is to be applied. */
  readonly chosen: boolean;
}

export interface FilePlan {
  /** The editor's address of the file. */
  readonly uri: string;
  readonly before: string;
  readonly hunks: readonly Hunk[];
}

/** What an answer may not do: change again what another answer changed. */
export interface Added {
  readonly file: FilePlan;
  readonly taken: boolean;
}

/** Takes one answer's edits into a file's plan, whole or not at all. */
export function withEdits(file: FilePlan, edits: readonly Replacement[]): Added {
  const hunks = edits.flatMap((edit) => hunksOf(file.before, edit));
  const clashes = hunks.some((one) => file.hunks.some((other) => touches(one, other)));
  if (clashes) return { file, taken: false };
  const all = [...file.hunks, ...hunks].sort((a, b) => a.start - b.start);
  return { file: { ...file, hunks: all }, taken: true };
}

function hunksOf(before: string, edit: Replacement): Hunk[] {
  const old = before.slice(edit.start, edit.end);
  return minimalReplacements(old, edit.text).map(({ start, end, text }) => ({
    start: start + edit.start,
    end: end + edit.start,
    text,
    line: lineOf(before, start + edit.start),
    chosen: true,
  }));
}

/** Two insertions at one place have no order that is right. */
function touches(a: Replacement, b: Replacement): boolean {
  if (a.start === a.end && b.start === b.end) return a.start === b.start;
  return a.start < b.end && b.start < a.end;
}

function lineOf(text: string, offset: number): number {
  let line = 0;
  for (let at = text.indexOf("\n"); at !== -1 && at < offset; at = text.indexOf("\n", at + 1)) line += 1;
  return line;
}

/** The file with some of its hunks chosen or left out. */
export function choosing(file: FilePlan, indices: readonly number[], chosen: boolean): FilePlan {
  return { ...file, hunks: file.hunks.map((hunk, index) => (indices.includes(index) ? { ...hunk, chosen } : hunk)) };
}

export function chosenOf(file: FilePlan): Hunk[] {
  return file.hunks.filter(({ chosen }) => chosen);
}

/** The whole file as it would be. */
export function proposedText(file: FilePlan): string {
  return applyAll(file.before, chosenOf(file));
}

/** One line that tells a hunk from the others: what is new, or else what goes. */
export function hunkLabel(file: FilePlan, hunk: Hunk): string {
  const first = (text: string) =>
    text
      .split("\n")
      .find((line) => line.trim() !== "")
      ?.trim();
  return first(hunk.text) ?? `− ${first(file.before.slice(hunk.start, hunk.end)) ?? ""}`;
}
