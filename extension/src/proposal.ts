/**
 * One proposed edit from its question to its end: the answer on its way, the answers before it, and
 * where they are shown. It never writes to the user's document; preview.ts does, on Accept.
 */
import * as vscode from "vscode";
import type { EditPreview } from "./config";
import { changesOf } from "./documents";
import { Answers } from "./edits/answers";
import { Asking } from "./edits/asking";
import type { Candidate } from "./edits/candidate";
import { type DiffView, isDiffOf, openDiff } from "./edits/diffView";
import { inDocument, inProposed, proposed } from "./edits/draft";
import { marksOf } from "./edits/inlineMarks";
import { InlineView } from "./edits/inlineView";
import type { Warning } from "./edits/warnings";
import type { Reply, ReplyEvent } from "./engine";
import type { Page, Pages } from "./pages";
import { follow, linesOf, type Replacement, type Span } from "./textEdits";

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

/** What was written. */
export interface Change {
  readonly document: vscode.TextDocument;
  /** In the document as it was before. */
  readonly replacements: readonly Replacement[];
  /** Of the whole proposal, hunk by hunk or at once. */
  readonly lines: number;
}

type View =
  | { readonly kind: "none" }
  | { readonly kind: "diff"; readonly diff: DiffView }
  | { readonly kind: "inline"; readonly inline: InlineView };

/** A growing diff is drawn at most this often. */
const DRAW_EVERY_MS = 100;

/** An answer about no more lines than this may turn out small enough to be shown in place. */
const UNDECIDED_LINES_MAX = 12;

export class Proposal {
  readonly answers = new Answers();
  /** Whoever was asked whether to apply a broken answer has an answer to that. */
  readonly warnedOf = new Set<Candidate>();
  private asking: Asking | undefined;
  private view: View = { kind: "none" };
  private spans: readonly Span[];
  private readonly page: Page;
  private drawnAt = 0;

  constructor(
    readonly request: EditRequest,
    pages: Pages,
    private readonly mode: EditPreview,
    /** The lenses have to be asked for again. */
    private readonly drawn: () => void,
  ) {
    this.spans = request.spans;
    this.page = pages.createEdit(pageName(request.document));
    this.ask();
  }

  /** The shown answer is whole. */
  get ready(): boolean {
    return this.asking === undefined && this.answers.shown !== undefined;
  }

  get shownAs(): View["kind"] {
    return this.view.kind;
  }

  get pageUri(): vscode.Uri {
    return this.page.uri;
  }

  /** Asks, or asks again about the same places, wherever they are now. */
  ask(tried?: Tried): void {
    const { request } = this;
    this.asking = new Asking(request.ask(this.spans, tried), request.document.getText());
  }

  next(): Promise<ReplyEvent | null> {
    return this.asking?.next() ?? Promise.resolve(null);
  }

  cancel(): void {
    this.asking?.cancel();
  }

  warn(warning: Warning): void {
    this.asking?.warn(warning);
  }

  /** The same question about the same places, wherever they are now. */
  requestNow(): EditRequest {
    return { ...this.request, spans: this.spans };
  }

  follows(document: vscode.TextDocument): boolean {
    return document.uri.toString() === this.request.document.uri.toString();
  }

  changed(event: vscode.TextDocumentChangeEvent): void {
    const changes = changesOf(event).map(({ startOffset, endOffset, text }) => ({
      start: startOffset,
      end: endOffset,
      text,
    }));
    if (changes.length === 0) return;
    const text = event.document.getText();
    this.spans = this.spans.map((span) => follow(span, changes));
    this.asking?.changed(changes);
    for (const candidate of this.answers.all) candidate.changed(changes, text);
    this.draw();
  }

  isShownIn(tab: vscode.Tab): boolean {
    return this.view.kind === "diff" && isDiffOf(tab, this.page.uri);
  }

  /** Whether the user is looking at it. */
  isActive(tab: vscode.Tab | undefined, editor: vscode.TextEditor | undefined): boolean {
    if (this.view.kind === "inline") return editor !== undefined && this.follows(editor.document);
    return tab !== undefined && this.isShownIn(tab);
  }

  /** Takes the answer so far. Gives the opening of the diff, the first time. */
  show(replacements: readonly Replacement[], now: number): Promise<void> | undefined {
    const { asking } = this;
    asking?.take(replacements);
    if (this.view.kind === "inline" || now - this.drawnAt < DRAW_EVERY_MS) return undefined;
    if (this.view.kind === "none" && (!asking || this.mayBeInline(asking))) return undefined;
    this.drawnAt = now;
    if (this.view.kind === "diff") {
      this.draw();
      return undefined;
    }
    return this.openAsDiff(asking?.span?.start);
  }

  /** The answer is whole; false when it would change nothing. */
  async finish(): Promise<boolean> {
    const candidate = this.asking?.whole();
    this.asking = undefined;
    if (!candidate) return false;
    this.answers.add(candidate);
    await this.present();
    return true;
  }

  /** The answer on its way is no longer wanted; those before it are shown again. False when there is none. */
  async giveUp(): Promise<boolean> {
    this.asking?.cancel();
    this.asking = undefined;
    if (!this.answers.shown) return false;
    await this.present();
    return true;
  }

  /** Shows the chosen answer, in place where it is small enough. */
  async present(): Promise<void> {
    const shown = this.answers.shown;
    if (!shown) return;
    if (this.view.kind === "none" && this.mode !== "diff" && this.fitsInline(shown)) {
      await this.openInline(shown);
    } else if (this.view.kind !== "diff" && !(this.view.kind === "inline" && this.fitsInline(shown))) {
      await this.openAsDiff(inDocument(shown.draft)[0]?.start);
    }
    // While the page is being opened the editor does not hear of a change.
    if (this.view.kind === "diff") await this.view.diff.opened;
    this.draw();
  }

  /** After the editor put something else in the place of what showed it. */
  async presentAnew(): Promise<void> {
    if (this.view.kind === "diff") this.view = { kind: "none" };
    await this.present();
  }

  draw(): void {
    const { document } = this.request;
    const { asking, view } = this;
    const shown = this.answers.shown;
    if (view.kind === "diff") {
      const text = document.getText();
      this.page.set(asking?.proposed(text) ?? (shown ? proposed(shown.draft, text) : text));
    } else if (view.kind === "inline") {
      const isWhole = shown?.isIntact(document.getText()) === true;
      view.inline.draw(isWhole && shown ? inDocument(shown.draft) : []);
    }
    this.drawn();
  }

  /** Where each hunk stands in that document: the user's own, or the page. */
  hunksIn(document: vscode.TextDocument): { readonly id: number; readonly start: number; readonly end: number }[] {
    const draft = this.answers.shown?.draft;
    if (!draft || !this.ready) return [];
    return document.uri.toString() === this.page.uri.toString() ? inProposed(draft) : inDocument(draft);
  }

  /** Lets the answer go and takes away what shows it. */
  async close(): Promise<void> {
    this.cancel();
    const { view } = this;
    this.view = { kind: "none" };
    if (view.kind === "inline") view.inline.dispose();
    if (view.kind === "diff") await view.diff.close();
    this.page.dispose();
    this.drawn();
  }

  private mayBeInline(asking: Asking): boolean {
    if (this.mode !== "auto") return this.mode === "inline";
    const { span, code } = asking;
    const old = span ? this.request.document.getText().slice(span.start, span.end) : "";
    return Math.max(linesOf(old).length, linesOf(code).length) <= UNDECIDED_LINES_MAX;
  }

  private fitsInline({ draft }: Candidate): boolean {
    return marksOf(this.request.document.getText(), inDocument(draft)) !== undefined;
  }

  private async openInline({ draft }: Candidate): Promise<void> {
    const { document } = this.request;
    this.view = { kind: "inline", inline: new InlineView(document) };
    const isSeen = (one: vscode.TextEditor) => one.document === document;
    const editor = vscode.window.visibleTextEditors.find(isSeen) ?? (await vscode.window.showTextDocument(document));
    const start = document.positionAt(inDocument(draft)[0]?.start ?? 0);
    const code = new vscode.Range(document.positionAt(draft.span.start), document.positionAt(draft.span.end));
    // A selection's colour would lie over what is drawn there.
    if (!editor.selection.isEmpty && editor.selection.intersection(code)) {
      editor.selection = new vscode.Selection(start, start);
    }
    editor.revealRange(new vscode.Range(start, start), vscode.TextEditorRevealType.InCenterIfOutsideViewport);
  }

  private openAsDiff(offset = 0): Promise<void> {
    if (this.view.kind === "inline") this.view.inline.dispose();
    const { document, title } = this.request;
    const diff = openDiff(document, this.page, title, offset);
    this.view = { kind: "diff", diff };
    this.draw();
    return diff.opened;
  }
}

/** A cell has its notebook's name, which would open the page as a notebook. */
function pageName({ uri }: vscode.TextDocument): string {
  return uri.scheme === "vscode-notebook-cell" ? uri.path.replace(/\.\w+$/, "") : uri.path;
}
