/**
 * One whole answer to a question and what the user made of it so far. It knows its own writing from
 * the user's, and finds its way back when a step of either is undone. Pure.
 */
import { applyAll, linesChanged, type Replacement } from "../textEdits";
import { accepted, type Draft, followed, type Hunk, inDocument, isIntact, rebased, rejected } from "./draft";
import type { Warning } from "./warnings";

/** States to come back to; an older one is forgotten, and undoing that far asks to rebase. */
const STATES_MAX = 64;

export class Candidate {
  private readonly refused = new Set<number>();
  private states: Draft[] = [];
  private writing: { readonly document: string; readonly draft: Draft } | undefined;

  constructor(
    private current: Draft,
    /** The answer's code, for asking again. */
    readonly code: string,
    readonly warnings: readonly Warning[] = [],
  ) {}

  get draft(): Draft {
    return this.current;
  }

  get hunks(): readonly Hunk[] {
    return this.current.hunks;
  }

  /** Lines that everything still proposed would change. */
  get lines(): number {
    return linesChanged(this.current.text, this.current.hunks);
  }

  isIntact(document: string): boolean {
    return isIntact(this.current, document);
  }

  /** `document` is the whole text after the changes. */
  changed(changes: readonly Replacement[], document: string): void {
    const { writing } = this;
    if (writing?.document === document) {
      this.writing = undefined;
      this.become(writing.draft);
      return;
    }
    this.current = followed(this.current, changes);
    if (this.isIntact(document)) return;
    const { span } = this.current;
    const now = document.slice(span.start, span.end);
    const known = this.states.find(({ text }) => text === now);
    if (known) this.become({ ...known, span, hunks: known.hunks.filter(({ id }) => !this.refused.has(id)) });
  }

  reject(id: number): void {
    this.refused.add(id);
    this.current = rejected(this.current, id);
  }

  /** What writes these hunks into `document`; the change that follows is then taken for its own. */
  startAccept(ids: readonly number[], document: string): Replacement[] {
    const chosen = inDocument(this.current).filter(({ id }) => ids.includes(id));
    this.writing = { document: applyAll(document, chosen), draft: ids.reduce(accepted, this.current) };
    return chosen.map(({ start, end, text }) => ({ start, end, text }));
  }

  /** The editor did not write it. */
  giveUpAccept(): void {
    this.writing = undefined;
  }

  /** Fits what can be fitted to the code as it is now; gives how many hunks were lost. */
  rebase(document: string): number {
    const before = this.current.hunks.length;
    this.become(rebased(this.current, document));
    return before - this.current.hunks.length;
  }

  private become(next: Draft): void {
    this.states = [this.current, ...this.states.filter(({ text }) => text !== this.current.text)].slice(0, STATES_MAX);
    this.current = next;
  }
}
