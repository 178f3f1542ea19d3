/**
 * Proposed edits, one at a time: shown while they are answered, then accepted, discarded or asked
 * again. Accept is one undo step, and refuses when the code it would replace has changed meanwhile.
 */
import * as vscode from "vscode";
import { answer, type Outcome } from "./answer";
import type { Ctx } from "./ctx";
import { type GivenEdit, givenReply, placeOf } from "./edits/given";
import { showFailure } from "./errors";
import type { Pages } from "./pages";
import { type Change, type EditRequest, Proposal } from "./proposal";

export interface Edits {
  propose(request: EditRequest): Promise<void>;
  /** Shows code that is there already through the same preview, without asking the model. */
  proposeText(given: GivenEdit): Promise<void>;
  accept(): Promise<void>;
  discard(): Promise<void>;
  retry(): Promise<void>;
}

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
    const outcome = await answer(ctx, proposal, () => {
      if (current === proposal && !proposal.ready) void setEditing("streaming");
    });
    if (current !== proposal) return;
    if (outcome.kind === "ready") {
      await setEditing("ready");
      return;
    }
    await end(proposal);
    await tell(outcome, () => propose(proposal.requestNow()));
  };

  const proposeText = async ({ document, title, span, code }: GivenEdit): Promise<void> => {
    const place = span ?? (await placeOf(document, code));
    await propose({
      document,
      title,
      spans: [place],
      ask: ([now = place]) => givenReply(document, now, code),
    });
  };

  const tell = async (outcome: Outcome, again: () => unknown): Promise<void> => {
    if (outcome.kind === "unchanged") {
      void vscode.window.showInformationMessage(vscode.l10n.t("The answer changes nothing here."));
    }
    if (outcome.kind !== "failed") return;
    if (outcome.prose.trim() !== "") await showProse(pages, outcome.prose);
    await showFailure(ctx, outcome.failure, again);
  };

  const discard = () => end(current);
  const retry = async (): Promise<void> => {
    if (current?.ready) await propose(current.requestNow());
  };
  const accept = async (): Promise<void> => {
    const proposal = current;
    if (!proposal?.ready) return;
    const change = await proposal.change();
    if (change) {
      await end(proposal);
      await apply(change);
      proposal.request.after?.(change);
      return;
    }
    const again = vscode.l10n.t("Ask Again");
    const text = vscode.l10n.t("This code has changed since the question was asked, so nothing was applied.");
    const chosen = await vscode.window.showWarningMessage(text, again, vscode.l10n.t("Discard"));
    if (chosen === undefined || current !== proposal) return;
    await (chosen === again ? retry() : discard());
  };

  ctx.own(
    vscode.workspace.onDidChangeTextDocument((event) => {
      if (current?.follows(event.document)) current.changed(event);
    }),
  );
  ctx.own(
    vscode.window.tabGroups.onDidChangeTabs(({ closed }) => {
      if (closed.some((tab) => current?.isShownIn(tab))) void discard();
      const { activeTab } = vscode.window.tabGroups.activeTabGroup;
      const active = activeTab !== undefined && current?.isShownIn(activeTab) === true;
      void vscode.commands.executeCommand("setContext", "codesaga.previewActive", active);
    }),
  );
  ctx.own({ dispose: () => current?.cancel() });
  return { propose, proposeText, accept, discard, retry };
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

async function showProse({ answer: page }: Pages, prose: string): Promise<void> {
  page.set(prose);
  await vscode.window.showTextDocument(page.uri, { viewColumn: vscode.ViewColumn.Beside, preview: true });
}

/** For the manifest's `when`: which of the commands on a proposal make sense. */
function setEditing(value: "streaming" | "ready" | undefined): Thenable<unknown> {
  return vscode.commands.executeCommand("setContext", "codesaga.editing", value);
}
