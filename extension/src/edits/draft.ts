/**
 * An answer as hunks over a document that lives on: followed while the user types elsewhere, each
 * taken or refused by itself, and fitted anew when the code they are about has changed. Pure;
 * offsets are UTF-16 units.
 */
import { applyAll, follow, minimalReplacements, type Replacement, type Span, unionOf } from "../textEdits";

/** One place that the answer changes. */
export interface Hunk extends Replacement {
  /** Stays the same while others come and go. */
  readonly id: number;
}

export interface Draft {
  /** Where the code it is about stands in the document. */
  readonly span: Span;
  /** What has to stand there for the hunks to hold. */
  readonly text: string;
  /** What is still proposed, in order; offsets count from the beginning of `text`. */
  readonly hunks: readonly Hunk[];
}

/** What `replacements` do to the document `before`; undefined when they change nothing. */
export function draftOf(before: string, replacements: readonly Replacement[]): Draft | undefined {
  const span = unionOf(replacements);
  if (!span) return undefined;
  const text = before.slice(span.start, span.end);
  const after = applyAll(text, moved(replacements, -span.start));
  const hunks = minimalReplacements(text, after).map((one, id) => ({ ...one, id }));
  return hunks.length === 0 ? undefined : { span, text, hunks };
}

/** The draft after changes to its document, each against what the ones before left. */
export function followed(draft: Draft, changes: readonly Replacement[]): Draft {
  return { ...draft, span: follow(draft.span, changes) };
}

/** Whether the code it is about stands as it did. */
export function isIntact({ span, text }: Draft, document: string): boolean {
  return document.slice(span.start, span.end) === text;
}

/** What is proposed, in the document's offsets. They hold while the draft is intact. */
export function inDocument({ span, hunks }: Draft): Hunk[] {
  return moved(hunks, span.start);
}

/** The same places in the text that `proposed` gives. */
export function inProposed(draft: Draft): Hunk[] {
  let growth = 0;
  return inDocument(draft).map((hunk) => {
    const start = hunk.start + growth;
    growth += hunk.text.length - (hunk.end - hunk.start);
    return { ...hunk, start, end: start + hunk.text.length };
  });
}

/** The whole document with the proposal in place; what was changed there meanwhile is replaced too. */
export function proposed(draft: Draft, document: string): string {
  if (isIntact(draft, document)) return applyAll(document, inDocument(draft));
  return applyAll(document, [{ ...draft.span, text: applyAll(draft.text, draft.hunks) }]);
}

/** The draft without that hunk. */
export function rejected(draft: Draft, id: number): Draft {
  return { ...draft, hunks: draft.hunks.filter((hunk) => hunk.id !== id) };
}

/** The draft once that hunk stands in the document. */
export function accepted(draft: Draft, id: number): Draft {
  const taken = draft.hunks.find((hunk) => hunk.id === id);
  if (!taken) return draft;
  const growth = taken.text.length - (taken.end - taken.start);
  const hunks = draft.hunks
    .filter((hunk) => hunk !== taken)
    .map((hunk) => (hunk.start >= taken.end ? { ...hunk, start: hunk.start + growth, end: hunk.end + growth } : hunk));
  const { span, text } = draft;
  return { span: { ...span, end: span.end + growth }, text: applyAll(text, [taken]), hunks };
}

/**
 * The draft over the code as it is now, with the hunks that still fit: those whose own lines were
 * left alone. As in a three-way merge, what both sides inserted at one place fits no more.
 */
export function rebased(draft: Draft, document: string): Draft {
  const { span, text } = draft;
  const now = document.slice(span.start, span.end);
  const others = minimalReplacements(text, now);
  const hunks = draft.hunks
    .filter((hunk) => !others.some((other) => collides(hunk, other)))
    .map((hunk) => {
      const growth = others
        .filter((other) => other.end <= hunk.start)
        .reduce((sum, other) => sum + other.text.length - (other.end - other.start), 0);
      return { ...hunk, start: hunk.start + growth, end: hunk.end + growth };
    });
  return { span, text: now, hunks };
}

function collides(hunk: Span, other: Span): boolean {
  if (hunk.start === hunk.end) return other.start <= hunk.start && other.end >= hunk.start;
  return other.start < hunk.end && other.end > hunk.start;
}

function moved<T extends Span>(spans: readonly T[], by: number): T[] {
  return spans.map((span) => ({ ...span, start: span.start + by, end: span.end + by }));
}
