/** After a fix was accepted: reads the diagnostics again, and says whether it helped. */
import * as vscode from "vscode";
import { problemsOf } from "./problems";
import { settled } from "./settled";
import { judge, sameProblems, sameWords, type Verdict } from "./verdict";

export interface Accepted {
  readonly document: vscode.TextDocument;
  /** The problems that were to be fixed, and all that the document had. */
  readonly fixed: readonly vscode.Diagnostic[];
  readonly before: readonly vscode.Diagnostic[];
  /** Asks again, for what is reported now. */
  again(left: readonly vscode.Diagnostic[]): unknown;
}

export async function recheck({ document, fixed, before, again }: Accepted): Promise<void> {
  const { version } = document;
  // Only what was reported can go away; the words of a terminal stay where they are.
  const known = fixed.filter((one) => before.some((other) => sameWords(one, other)));
  const saysNew = () => !sameProblems(problemsOf(document.uri), before);
  if (!(await settled(document, saysNew)) || document.isClosed) return;
  const after = problemsOf(document.uri);
  const verdict = judge(known, before, after);
  if (verdict.kind === "solved") {
    if (verdict.count > 0) vscode.window.setStatusBarMessage(`$(check) ${solvedText(verdict.count)}`, 10_000);
    return;
  }
  const undo = vscode.l10n.t("Undo");
  const retry = vscode.l10n.t("Try Again with the New Error");
  const chosen = await vscode.window.showWarningMessage(textOf(verdict, fixed.length), retry, undo);
  if (chosen === retry) await again(verdict.left);
  if (chosen === undo) await takeBack(document, version);
}

function solvedText(count: number): string {
  return count === 1 ? vscode.l10n.t("The problem is solved") : vscode.l10n.t("{0} problems are solved", count);
}

function textOf({ kind, left }: Exclude<Verdict<vscode.Diagnostic>, { kind: "solved" }>, before: number): string {
  const first = left[0]?.message ?? "";
  switch (kind) {
    case "same":
      return vscode.l10n.t("The problem is still there: {0}", first);
    case "other":
      return vscode.l10n.t("The change brought another problem: {0}", first);
    case "worse":
      return vscode.l10n.t("There are more problems than before ({0} instead of {1}): {2}", left.length, before, first);
  }
}

/** One undo takes the change back, unless something was typed since: that is not ours to undo. */
async function takeBack(document: vscode.TextDocument, version: number): Promise<void> {
  await vscode.window.showTextDocument(document);
  if (document.version === version) {
    await vscode.commands.executeCommand("undo");
    return;
  }
  void vscode.window.showInformationMessage(
    vscode.l10n.t("The document has changed since. The editor's own Undo takes back one change after another."),
  );
}
