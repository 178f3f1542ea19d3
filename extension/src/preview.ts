/**
 * An answer that proposes an edit, from the first piece to the user's decision. The proposal grows
 * in the right half of the editor's own diff view, in a document of ours; the user's document is
 * not touched before Accept, which is one undo step. One proposal at a time.
 */
import * as vscode from "vscode";
import type { Ctx } from "./ctx";
import { changesOf } from "./documents";
import type { Failure, Reply, ReplyEvent } from "./engine";
import { showFailure } from "./errors";
import type { Page, Pages } from "./pages";
import { applyAll, follow, linesChanged, minimalReplacements, type Replacement, type Span, unionOf } from "./textEdits";

export interface EditRequest {
  readonly document: vscode.TextDocument;
  /** What is done to what, for the diff's title. */
  readonly title: string;
  /** The places the question is about; followed while the document changes, and handed to `ask`. */
  readonly spans: readonly Span[];
  ask(spans: readonly Span[]): Reply;
}

export interface Edits {
  propose(request: EditRequest): Promise<void>;
  accept(): Promise<void>;
  discard(): Promise<void>;
  retry(): Promise<void>;
}

/** A growing diff is drawn at most this often. */
const DRAW_EVERY_MS = 100;

export function registerEdits(ctx: Ctx, pages: Pages): Edits {
  let current: Proposal | undefined;

  const end = async (proposal: Proposal | undefined): Promise<void> => {
    if (!proposal) return;
    if (current === proposal) {
      current = undefined;
      await setEditing(undefined);
    }
    await proposal.close();
  };
  const propose = async (request: EditRequest): Promise<void> => {
    await end(current);
    const proposal = new Proposal(request, pages);
    current = proposal;
    const outcome = await answer(ctx, proposal);
    if (current !== proposal) return;
    if (outcome.kind === "ready") {
      await setEditing("ready");
      if (outcome.warning) void vscode.window.showWarningMessage(outcome.warning);
      return;
    }
    await end(proposal);
    const again = () => propose(proposal.requestNow());
    if (outcome.kind === "unchanged") {
      void vscode.window.showInformationMessage(vscode.l10n.t("The answer changes nothing here."));
    } else if (outcome.kind === "failed") {
      if (outcome.prose.trim() !== "") await showProse(pages, outcome.prose);
      await showFailure(ctx, outcome.failure, again);
    }
  };

  const edits: Edits = {
    propose,
    accept: async () => {
      if (!current?.ready) return;
      const proposal = current;
      const change = await proposal.change();
      if (!change) {
        const again = vscode.l10n.t("Ask Again");
        const discard = vscode.l10n.t("Discard");
        const text = vscode.l10n.t("This code has changed since the question was asked, so nothing was applied.");
        const chosen = await vscode.window.showWarningMessage(text, again, discard);
        if (chosen === again) await edits.retry();
        if (chosen === discard) await edits.discard();
        return;
      }
      await end(proposal);
      await apply(change);
    },
    discard: () => end(current),
    retry: async () => {
      if (current?.ready) await propose(current.requestNow());
    },
  };

  ctx.own(
    vscode.workspace.onDidChangeTextDocument((event) => {
      if (current?.follows(event.document)) current.changed(event);
    }),
  );
  ctx.own(
    vscode.window.tabGroups.onDidChangeTabs(({ closed }) => {
      if (current && closed.some((tab) => current?.isShownIn(tab))) void edits.discard();
    }),
  );
  ctx.own({ dispose: () => current?.cancel() });
  return edits;
}

type Outcome =
  | { readonly kind: "ready"; readonly warning: string | undefined }
  | { readonly kind: "unchanged" }
  | { readonly kind: "cancelled" }
  | { readonly kind: "failed"; readonly failure: Failure; readonly prose: string };

/** What Accept does. */
interface Change {
  readonly document: vscode.TextDocument;
  readonly replacements: readonly Replacement[];
  readonly lines: number;
}

/** One question, its answer so far, and the page that shows it. */
class Proposal {
  ready = false;
  private readonly reply: Reply;
  private readonly before: string;
  private readonly changes: Replacement[] = [];
  private readonly page: Page;
  private replacements: readonly Replacement[] = [];
  private opening: Thenable<unknown> | undefined;
  private drawnAt = 0;

  constructor(
    readonly request: EditRequest,
    pages: Pages,
  ) {
    this.before = request.document.getText();
    this.page = pages.create(request.document.uri.path);
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

  /** Shows the answer so far; a later one replaces it. */
  show(replacements: readonly Replacement[], now: number): void {
    this.replacements = replacements;
    if (this.opening && now - this.drawnAt < DRAW_EVERY_MS) return;
    this.drawnAt = now;
    this.page.set(this.proposed());
    this.opening ??= this.open();
  }

  /** The answer is whole; false when it would change nothing. */
  async finish(): Promise<boolean> {
    const span = unionOf(this.replacements);
    if (!span || this.newText(span) === this.before.slice(span.start, span.end)) return false;
    this.page.set(this.proposed());
    await this.opening;
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

  private async open(): Promise<void> {
    const { document, title } = this.request;
    const page = await vscode.workspace.openTextDocument(this.page.uri);
    if (page.languageId !== document.languageId) {
      await vscode.languages.setTextDocumentLanguage(page, document.languageId);
    }
    const start = document.positionAt(unionOf(this.replacements)?.start ?? 0);
    await vscode.commands.executeCommand("vscode.diff", document.uri, this.page.uri, `${title} — CodeSaga`, {
      preview: true,
      selection: new vscode.Range(start, start),
    } satisfies vscode.TextDocumentShowOptions);
    await setEditing("streaming");
  }
}

/** Pulls the whole answer behind a progress notification whose Cancel lets it go. */
async function answer(ctx: Ctx, proposal: Proposal): Promise<Outcome> {
  const work = ctx.status.work();
  const options = {
    location: vscode.ProgressLocation.Notification,
    title: `CodeSaga: ${proposal.request.title}`,
    cancellable: true,
  };
  try {
    return await vscode.window.withProgress(options, async (progress, token) => {
      token.onCancellationRequested(() => proposal.cancel());
      const tally = new Tally(progress);
      try {
        return await pull(proposal, work.queued, tally);
      } finally {
        tally.dispose();
      }
    });
  } finally {
    work.dispose();
  }
}

async function pull(proposal: Proposal, queued: (place: number | undefined) => void, tally: Tally): Promise<Outcome> {
  let prose = "";
  let warning: string | undefined;
  for (;;) {
    const event = await proposal.next();
    if (event === null) return { kind: "cancelled" };
    queued(event.kind === "queued" ? event.place : undefined);
    switch (event.kind) {
      case "edit": {
        const replacements = event.edits.map((edit) => ({
          start: edit.startOffset,
          end: edit.endOffset,
          text: edit.text,
        }));
        tally.characters(replacements.reduce((sum, one) => sum + one.text.length, 0));
        proposal.show(replacements, Date.now());
        break;
      }
      case "text":
        prose += event.text;
        tally.characters(prose.length);
        break;
      case "warning":
        warning = warningText(event.code);
        break;
      case "failed":
        return { kind: "failed", failure: event, prose: event.code === "no_code" ? prose : "" };
      case "done":
        return (await proposal.finish()) ? { kind: "ready", warning } : { kind: "unchanged" };
      case "queued":
      case "completion":
        break;
    }
  }
}

/** Tells seconds and tokens every second; tokens are counted by their usual length until the server tells. */
class Tally implements vscode.Disposable {
  private seconds = 0;
  private length = 0;
  private readonly timer: NodeJS.Timeout;

  constructor(private readonly progress: vscode.Progress<{ message?: string }>) {
    this.timer = setInterval(() => {
      this.seconds += 1;
      this.tell();
    }, 1000);
  }

  characters(length: number): void {
    this.length = length;
  }

  dispose(): void {
    clearInterval(this.timer);
  }

  private tell(): void {
    const tokens = Math.ceil(this.length / 3.5);
    const message =
      tokens === 0
        ? vscode.l10n.t("{0} s", this.seconds)
        : vscode.l10n.t("{0} s, about {1} tokens", this.seconds, tokens);
    this.progress.report({ message });
  }
}

async function apply(change: Change): Promise<void> {
  const { document, replacements, lines } = change;
  const edit = new vscode.WorkspaceEdit();
  for (const { start, end, text } of replacements) {
    edit.replace(document.uri, new vscode.Range(document.positionAt(start), document.positionAt(end)), text);
  }
  if (!(await vscode.workspace.applyEdit(edit))) {
    void vscode.window.showErrorMessage(
      vscode.l10n.t("The editor did not accept the change. Check that the file can be written."),
    );
    return;
  }
  await vscode.window.showTextDocument(document);
  const message =
    lines === 1 ? vscode.l10n.t("Applied, 1 line changed") : vscode.l10n.t("Applied, {0} lines changed", lines);
  vscode.window.setStatusBarMessage(message, 8000);
}

async function showProse(pages: Pages, prose: string): Promise<void> {
  const page = pages.create(`/${vscode.l10n.t("Answer")}.md`);
  page.set(prose);
  await vscode.window.showTextDocument(page.uri, { viewColumn: vscode.ViewColumn.Beside, preview: true });
}

function warningText(code: string): string | undefined {
  if (code !== "truncated") return undefined;
  return vscode.l10n.t("The answer reached its length limit and may be cut off. Look at its end before you accept.");
}

function setEditing(value: "streaming" | "ready" | undefined): Thenable<unknown> {
  return vscode.commands.executeCommand("setContext", "codesaga.editing", value);
}
