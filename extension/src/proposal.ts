/**
 * One proposed edit: the question, its answer so far, and the page in the right half of the
 * editor's diff view that shows it. It never writes to the user's document; preview.ts does, on
 * Accept.
 */
import * as vscode from "vscode";
import { changesOf } from "./documents";
import type { Reply, ReplyEvent } from "./engine";
import type { Page, Pages } from "./pages";
import { applyAll, follow, linesChanged, minimalReplacements, type Replacement, type Span, unionOf } from "./textEdits";

export interface EditRequest {
  readonly document: vscode.TextDocument;
  /** What is done to what, for the diff's title. */
  readonly title: string;
  /** The places the question is about; followed while the document changes, and handed to `ask`. */
  readonly spans: readonly Span[];
  /** `tried` when an earlier answer was not good. */
  ask(spans: readonly Span[], tried?: Tried): Reply;
  /** Called once when the user is done and something was applied, with what was written last. */
  after?(change: Change): void;
}

/** The answer that was not good, what broke, and what the user adds. */
export interface Tried {
  readonly answer: string;
  readonly problem?: string;
  readonly instruction?: string;
}

/** What Accept does. */
export interface Change {
  readonly document: vscode.TextDocument;
  readonly replacements: readonly Replacement[];
  readonly lines: number;
}

/** A growing diff is drawn at most this often. */
const DRAW_EVERY_MS = 100;

export class Proposal {
  /** The diff is open and the answer whole. */
  ready = false;
  private readonly reply: Reply;
  private readonly before: string;
  private readonly changes: Replacement[] = [];
  private readonly page: Page;
  private replacements: readonly Replacement[] = [];
  private opening: Promise<void> | undefined;
  private drawnAt = 0;

  constructor(
    readonly request: EditRequest,
    pages: Pages,
  ) {
    this.before = request.document.getText();
    this.page = pages.createEdit(request.document.uri.path);
    this.reply = request.ask(request.spans);
  }

  next(): Promise<ReplyEvent | null> {
    return this.reply.next();
  }

  cancel(): void {
    this.reply.cancel();
  }

  follows(document: vscode.TextDocument): boolean {
    return document.uri.toString() === this.request.document.uri.toString();
  }

  changed(event: vscode.TextDocumentChangeEvent): void {
    for (const change of changesOf(event)) {
      this.changes.push({ start: change.startOffset, end: change.endOffset, text: change.text });
    }
    if (this.opening) this.page.set(this.proposed());
  }

  isShownIn(tab: vscode.Tab): boolean {
    return tab.input instanceof vscode.TabInputTextDiff && tab.input.modified.toString() === this.page.uri.toString();
  }

  /** The same question about the same places, wherever they are now. */
  requestNow(): EditRequest {
    return { ...this.request, spans: this.request.spans.map((span) => follow(span, this.changes)) };
  }

  /** Takes the answer so far; a later one replaces it. Gives the opening of the diff, the first time. */
  show(replacements: readonly Replacement[], now: number): Promise<void> | undefined {
    this.replacements = replacements;
    if (this.opening && now - this.drawnAt < DRAW_EVERY_MS) return undefined;
    this.drawnAt = now;
    this.page.set(this.proposed());
    if (this.opening) return undefined;
    this.opening = this.open();
    return this.opening;
  }

  /** The answer is whole; false when it would change nothing. */
  async finish(): Promise<boolean> {
    const span = unionOf(this.replacements);
    if (!span || this.newText(span) === this.before.slice(span.start, span.end)) return false;
    // While the page is being opened the editor does not hear of a change.
    await this.opening;
    this.page.set(this.proposed());
    this.ready = true;
    return true;
  }

  /** What Accept would do now; undefined when the code to be replaced is no longer as it was. */
  async change(): Promise<Change | undefined> {
    const document = await vscode.workspace.openTextDocument(this.request.document.uri);
    const asked = unionOf(this.replacements);
    if (!asked) return undefined;
    const span = follow(asked, this.changes);
    const old = document.getText().slice(span.start, span.end);
    if (old !== this.before.slice(asked.start, asked.end)) return undefined;
    const hunks = minimalReplacements(old, this.newText(asked));
    const replacements = hunks.map(({ start, end, text }) => ({
      start: start + span.start,
      end: end + span.start,
      text,
    }));
    return { document, replacements, lines: linesChanged(old, hunks) };
  }

  /** Lets the answer go and closes the diff. */
  async close(): Promise<void> {
    this.cancel();
    await this.opening;
    const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs).filter((tab) => this.isShownIn(tab));
    if (tabs.length > 0) await vscode.window.tabGroups.close(tabs, false);
    this.page.dispose();
  }

  private newText(span: Span): string {
    const inside = this.replacements.map(({ start, end, text }) => ({
      start: start - span.start,
      end: end - span.start,
      text,
    }));
    return applyAll(this.before.slice(span.start, span.end), inside);
  }

  /** The whole document as it is now, with the answer in its place. */
  private proposed(): string {
    const text = this.request.document.getText();
    const asked = unionOf(this.replacements);
    if (!asked) return text;
    return applyAll(text, [{ ...follow(asked, this.changes), text: this.newText(asked) }]);
  }

  /** The page is opened by the diff alone: an opening of ours would keep it alive after the diff is closed. */
  private async open(): Promise<void> {
    const { document, title } = this.request;
    const start = document.positionAt(unionOf(this.replacements)?.start ?? 0);
    await vscode.commands.executeCommand("vscode.diff", document.uri, this.page.uri, `${title} — CodeSaga`, {
      preview: true,
      selection: new vscode.Range(start, start),
    } satisfies vscode.TextDocumentShowOptions);
    const page = vscode.workspace.textDocuments.find((one) => one.uri.toString() === this.page.uri.toString());
    if (page && page.languageId !== document.languageId) {
      await vscode.languages.setTextDocumentLanguage(page, document.languageId);
    }
  }
}
