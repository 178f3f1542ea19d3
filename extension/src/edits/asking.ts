/** An answer on its way: what came so far, against the document as it was asked about. */
import type { Reply, ReplyEvent } from "../engine";
import { applyAll, follow, type Replacement, type Span, unionOf } from "../textEdits";
import { Candidate } from "./candidate";
import { draftOf, followed } from "./draft";
import type { Warning } from "./warnings";

export class Asking {
  private readonly changes: Replacement[] = [];
  private replacements: readonly Replacement[] = [];
  private readonly warnings: Warning[] = [];

  constructor(
    private readonly reply: Reply,
    private readonly before: string,
  ) {}

  next(): Promise<ReplyEvent | null> {
    return this.reply.next();
  }

  cancel(): void {
    this.reply.cancel();
  }

  changed(changes: readonly Replacement[]): void {
    this.changes.push(...changes);
  }

  /** The answer so far; a later one replaces it. */
  take(replacements: readonly Replacement[]): void {
    this.replacements = replacements;
  }

  warn(warning: Warning): void {
    this.warnings.push(warning);
  }

  /** Where the answer stands in the document as it is now. */
  get span(): Span | undefined {
    const asked = unionOf(this.replacements);
    return asked && follow(asked, this.changes);
  }

  /** The code that came so far, for the whole of that place. */
  get code(): string {
    const asked = unionOf(this.replacements);
    if (!asked) return "";
    const inside = this.replacements.map(({ start, end, text }) => ({
      start: start - asked.start,
      end: end - asked.start,
      text,
    }));
    return applyAll(this.before.slice(asked.start, asked.end), inside);
  }

  /** The document with what came so far in its place. */
  proposed(document: string): string {
    const { span } = this;
    return span ? applyAll(document, [{ ...span, text: this.code }]) : document;
  }

  /** The whole answer; undefined when it would change nothing. */
  whole(): Candidate | undefined {
    const draft = draftOf(this.before, this.replacements);
    return draft && new Candidate(followed(draft, this.changes), this.code, this.warnings);
  }
}
