/**
 * What became of accepted text: it is followed through the changes of its document and judged once.
 * Pure: when to judge, and the text that stands there then, come from outside.
 */
import { follow, type Replacement, type Span } from "../textEdits";
import type { Outcome } from "./outcome";
import { shareLeft } from "./similarity";

/** Text that was taken from a suggestion, and where it stands. */
export interface Taken extends Span {
  readonly uri: string;
  readonly language: string;
  readonly text: string;
}

/** Share of the accepted text that must be left. */
const SURVIVES_FROM = 2 / 3;

/** Followed at once; the oldest is forgotten without an outcome. */
export const FOLLOWED_MAX = 64;

export class Survival {
  private readonly followed = new Map<number, Taken>();
  private watched = 0;

  /** Follows it from now on; gives the number to leave it by. */
  watch(taken: Taken): number {
    const [oldest] = this.followed.keys();
    if (oldest !== undefined && this.followed.size >= FOLLOWED_MAX) this.followed.delete(oldest);
    this.watched += 1;
    this.followed.set(this.watched, taken);
    return this.watched;
  }

  edited(uri: string, changes: readonly Replacement[]): void {
    for (const [id, taken] of this.followed) {
      if (taken.uri === uri) this.followed.set(id, { ...taken, ...follow(taken, changes) });
    }
  }

  /** Follows it no longer; gives where it stands now, or undefined when it was left before. */
  leave(id: number): Taken | undefined {
    const taken = this.followed.get(id);
    this.followed.delete(id);
    return taken;
  }

  /** What is followed in a document. */
  within(uri: string): number[] {
    return [...this.followed].filter(([, taken]) => taken.uri === uri).map(([id]) => id);
  }
}

/** `present` is the text that stands in its place now. */
export function judge(taken: Taken, present: string): Outcome {
  const kind = shareLeft(taken.text, present) >= SURVIVES_FROM ? "survived" : "changed";
  return { kind, language: taken.language, characters: taken.text.length };
}
