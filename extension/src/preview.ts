/**
 * Proposed edits, one at a time: shown while they are answered, then accepted, discarded or asked
 * again, whole or hunk by hunk. Every step that writes is one step to undo, and none writes over code
 * that has changed since the question.
 */
import * as vscode from "vscode";
import { answer, type Outcome } from "./answer";
import type { Ctx } from "./ctx";
import type { Candidate } from "./edits/candidate";
import {
  askAboutChanged,
  askAboutProblem,
  askInstruction,
  chooseAnswer,
  tellApplied,
  tellFitted,
  tellRefused,
} from "./edits/choices";
import { goToHunk, hunkAtCursor } from "./edits/cursor";
import { closeTabs } from "./edits/diffView";
import { type GivenEdit, givenReply, placeOf } from "./edits/given";
import { registerLenses } from "./edits/lenses";
import { noteEnd, noteShown } from "./edits/outcomes";
import { isBroken, warningText } from "./edits/warnings";
import { isWritable, write, writeAll } from "./edits/write";
import { showFailure } from "./errors";
import { EDIT_SCHEME, type Pages } from "./pages";
import { type Change, type EditRequest, Proposal, type Tried } from "./proposal";

export interface Edits {
  propose(request: EditRequest): Promise<void>;
  /** Shows code that is there already through the same preview, without asking the model. */
  proposeText(given: GivenEdit): Promise<void>;
  accept(): Promise<void>;
  discard(): Promise<void>;
  /** Asks again; the model is told its last answer and what was wrong with it. */
  retry(): Promise<void>;
  /** The same, with what the user adds. */
  retryWith(): Promise<void>;
  /** The hunk with that id, or else the one at the cursor. */
  acceptHunk(id?: number): Promise<void>;
  rejectHunk(id?: number): Promise<void>;
  goToHunk(by: 1 | -1): void;
  stepAnswer(by: 1 | -1): Promise<void>;
  compareAnswers(): Promise<void>;
}

export function registerEdits(ctx: Ctx, pages: Pages): Edits {
  let current: Proposal | undefined;
  /** What was written of the current one. */
  let applied: Change | undefined;
  let writing = false;
  const lensesChanged = registerLenses(ctx, () => current);

  const drawn = (): void => {
    lensesChanged();
    setContext("answers", (current?.answers.all.length ?? 0) > 1);
  };

  const end = async (proposal: Proposal | undefined): Promise<void> => {
    if (!proposal) return;
    const change = applied;
    if (current === proposal) {
      current = undefined;
      applied = undefined;
      setContext("editing", undefined);
      tellActive();
    }
    noteEnd(ctx, proposal, change);
    await proposal.close();
    if (!change) return;
    tellApplied(change.lines);
    proposal.request.after?.(change);
  };

  const propose = async (request: EditRequest): Promise<void> => {
    await end(current);
    if (ctx.config.isReadOnly(request.document) || !(await isWritable(request.document))) {
      void vscode.window.showInformationMessage(vscode.l10n.t("This file is read-only, so it cannot be edited."));
      return;
    }
    current = new Proposal(request, pages, ctx.config.editPreview(request.document), drawn);
    await pull(current);
  };

  const pull = async (proposal: Proposal, tried?: Tried): Promise<void> => {
    setContext("editing", "streaming");
    const outcome = await answer(ctx, proposal, tellActive);
    if (current !== proposal) {
      await proposal.close();
      return;
    }
    const again = (): unknown => {
      if (current !== proposal) return propose(proposal.requestNow());
      return proposal.ready ? ask(proposal, tried) : undefined;
    };
    if (outcome.kind === "ready" || (await proposal.giveUp())) {
      setContext("editing", "ready");
      tellActive();
      if (outcome.kind === "ready") noteShown(ctx, proposal);
    } else {
      await end(proposal);
    }
    await tell(outcome, again);
  };

  const ask = async (proposal: Proposal, tried?: Tried): Promise<void> => {
    proposal.ask(tried);
    await pull(proposal, tried);
  };

  const askAgain = async (instruction?: string): Promise<void> => {
    const shown = current?.ready ? current.answers.shown : undefined;
    if (!current || !shown) return;
    const { code, warnings } = shown;
    const problem = warnings.find(isBroken)?.message;
    await ask(current, { answer: code, ...(problem && { problem }), ...(instruction && { instruction }) });
  };

  const tell = async (outcome: Outcome, again: () => unknown): Promise<void> => {
    if (outcome.kind === "unchanged") {
      void vscode.window.showInformationMessage(vscode.l10n.t("The answer changes nothing here."));
    }
    if (outcome.kind !== "failed") return;
    if (outcome.prose.trim() !== "") await showProse(pages, outcome.prose);
    await showFailure(ctx, outcome.failure, again);
  };

  /** Whether what is shown may be written now; what stands against it is said, with the ways out. */
  const mayWrite = async (proposal: Proposal): Promise<boolean> => {
    const { shown } = proposal.answers;
    if (!shown) return false;
    if (!shown.isIntact(proposal.request.document.getText())) {
      const choice = await askAboutChanged();
      if (current !== proposal) return false;
      if (choice === "rebase") await rebase(proposal);
      else if (choice === "again") await askAgain();
      else if (choice === "discard") await end(proposal);
      return false;
    }
    const broken = shown.warnings.find(isBroken);
    if (!broken || proposal.warnedOf.has(shown)) return true;
    proposal.warnedOf.add(shown);
    const choice = await askAboutProblem(warningText(broken) ?? broken.message);
    if (current !== proposal || proposal.answers.shown !== shown) return false;
    if (choice === "again") await askAgain();
    return choice === "apply" && shown.isIntact(proposal.request.document.getText());
  };

  const rebase = async (proposal: Proposal): Promise<void> => {
    const { shown } = proposal.answers;
    if (!shown) return;
    const lost = shown.rebase(proposal.request.document.getText());
    await proposal.present();
    tellFitted(shown.hunks.length, lost);
  };

  const accept = async (): Promise<void> => {
    if (current) await apply(current, (shown) => shown.hunks.map(({ id }) => id));
  };

  const acceptHunk = async (id?: number): Promise<void> => {
    const proposal = current;
    if (!proposal) return;
    const chosen = id ?? hunkAtCursor(proposal)?.id;
    if (chosen !== undefined) await apply(proposal, () => [chosen]);
  };

  /** Writes some hunks; with the last one the proposal is over. */
  const apply = async (proposal: Proposal, choose: (shown: Candidate) => number[]): Promise<void> => {
    if (writing || !proposal.ready || !(await mayWrite(proposal))) return;
    const { document } = proposal.request;
    const { shown } = proposal.answers;
    if (!shown) return;
    // A lens may be clicked twice, and nothing may be left to accept.
    const ids = choose(shown).filter((id) => shown.hunks.some((hunk) => hunk.id === id));
    if (ids.length === 0) return;
    const isLast = ids.length === shown.hunks.length;
    const before = (applied?.lines ?? 0) + shown.lines;
    const replacements = shown.startAccept(ids, document.getText());
    // To bring the document to the front may close the diff, which is not to discard it.
    writing = true;
    const isWritten = await (isLast
      ? writeAll(document, replacements, ctx.config.formatsOnSave(document))
      : write(document, replacements)
    ).finally(() => {
      writing = false;
    });
    if (!isWritten) {
      shown.giveUpAccept();
      await proposal.presentAnew();
      tellRefused();
      return;
    }
    applied = { document, replacements, lines: isLast ? before : before - shown.lines };
    await (isLast ? end(proposal) : proposal.draw());
  };

  const rejectHunk = async (id?: number): Promise<void> => {
    const proposal = current;
    const chosen = id ?? (proposal && hunkAtCursor(proposal)?.id);
    if (!proposal?.ready || chosen === undefined) return;
    proposal.answers.shown?.reject(chosen);
    await (proposal.answers.shown?.hunks.length === 0 ? end(proposal) : proposal.draw());
  };

  const discard = async (): Promise<void> => {
    const proposal = current;
    // While it is asked again there is an answer to go back to.
    if (proposal && !proposal.ready && proposal.answers.shown) proposal.cancel();
    else await end(proposal);
  };

  const showAnswer = async (proposal: Proposal, choose: () => void): Promise<void> => {
    choose();
    await proposal.present();
  };

  function tellActive(): void {
    const { activeTab } = vscode.window.tabGroups.activeTabGroup;
    const isActive = current?.isActive(activeTab, vscode.window.activeTextEditor) === true;
    setContext("previewActive", isActive ? current?.shownAs : undefined);
    const { path, fsPath } = current?.request.document.uri ?? {};
    // The window may know a remote file by another address, but not by another path.
    setContext("proposedIn", current?.shownAs === "inline" ? [path, fsPath] : []);
  }

  ctx.own(
    vscode.workspace.onDidChangeTextDocument((event) => {
      if (current?.follows(event.document)) current.changed(event);
    }),
  );
  ctx.own(
    vscode.workspace.onDidCloseTextDocument((document) => {
      if (current?.shownAs === "inline" && current.follows(document)) void end(current);
    }),
  );
  ctx.own(
    vscode.window.tabGroups.onDidChangeTabs(({ closed }) => {
      if (!writing && closed.some((tab) => current?.isShownIn(tab))) void end(current);
      tellActive();
    }),
  );
  ctx.own(vscode.window.onDidChangeActiveTextEditor(tellActive));
  ctx.own({ dispose: () => current?.cancel() });
  // A window loaded again brings the diff back without the proposal.
  void closeTabs(({ input }) => input instanceof vscode.TabInputTextDiff && input.modified.scheme === EDIT_SCHEME);

  return {
    propose,
    proposeText: async ({ document, title, span, code }) => {
      const place = span ?? (await placeOf(document, code));
      await propose({ document, title, spans: [place], ask: ([now = place]) => givenReply(document, now, code) });
    },
    accept,
    discard,
    retry: () => askAgain(),
    retryWith: async () => {
      const proposal = current;
      if (!proposal?.ready) return;
      const instruction = await askInstruction(proposal.request.title);
      if (instruction && current === proposal) await askAgain(instruction);
    },
    acceptHunk,
    rejectHunk,
    goToHunk: (by) => {
      if (current) goToHunk(current, by);
    },
    stepAnswer: async (by) => {
      if (current?.ready) await showAnswer(current, () => current?.answers.step(by));
    },
    compareAnswers: async () => {
      const proposal = current;
      if (!proposal?.ready) return;
      const index = await chooseAnswer(proposal.answers);
      if (index !== undefined && current === proposal) await showAnswer(proposal, () => proposal.answers.show(index));
    },
  };
}

async function showProse({ answer: page }: Pages, prose: string): Promise<void> {
  page.set(prose);
  await vscode.window.showTextDocument(page.uri, { viewColumn: vscode.ViewColumn.Beside, preview: true });
}

/** For the manifest's `when`: which of the commands on a proposal make sense. */
function setContext(
  name: "editing" | "previewActive" | "proposedIn" | "answers",
  value: string | readonly (string | undefined)[] | boolean | undefined,
): void {
  void vscode.commands.executeCommand("setContext", `codesaga.${name}`, value);
}
