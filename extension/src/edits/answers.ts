/** The last answers to one question, and which of them is shown. Pure. */
import type { Candidate } from "./candidate";

export const ANSWERS_MAX = 3;

export class Answers {
  private list: readonly Candidate[] = [];
  private index = 0;

  get all(): readonly Candidate[] {
    return this.list;
  }

  get shown(): Candidate | undefined {
    return this.list[this.index];
  }

  /** Counted from 1. */
  get place(): number {
    return this.index + 1;
  }

  /** A new one is shown; the oldest may go for it. */
  add(candidate: Candidate): void {
    this.list = [...this.list, candidate].slice(-ANSWERS_MAX);
    this.index = this.list.length - 1;
  }

  show(index: number): void {
    if (this.list[index]) this.index = index;
  }

  /** By so many, round and round. */
  step(by: number): void {
    const { length } = this.list;
    if (length > 0) this.index = (this.index + by + length) % length;
  }
}
