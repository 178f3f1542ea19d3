/** What a person is asked about a proposal; nothing here does anything. None of it is modal. */
import * as vscode from "vscode";
import { l10n } from "vscode";
import type { Answers } from "./answers";

export type AboutChanged = "rebase" | "again" | "discard";

/** The code was changed since the question; undefined when nothing was chosen. */
export async function askAboutChanged(): Promise<AboutChanged | undefined> {
  const choices: { readonly title: string; readonly choice: AboutChanged }[] = [
    { title: l10n.t("Fit to the New Code"), choice: "rebase" },
    { title: l10n.t("Ask Again"), choice: "again" },
    { title: l10n.t("Discard"), choice: "discard" },
  ];
  const text = l10n.t("This code has changed since the question was asked, so nothing was applied.");
  return ask(text, choices);
}

export type AboutProblem = "apply" | "again";

/** The answer is broken; asked once, since whoever accepts a second time has seen it. */
export async function askAboutProblem(text: string): Promise<AboutProblem | undefined> {
  const choices: { readonly title: string; readonly choice: AboutProblem }[] = [
    { title: l10n.t("Apply Anyway"), choice: "apply" },
    { title: l10n.t("Try Again"), choice: "again" },
  ];
  return ask(text, choices);
}

/** A button that was pressed keeps the focus, and the proposal's keys would go there. */
async function ask<Choice>(
  text: string,
  choices: readonly { readonly title: string; readonly choice: Choice }[],
): Promise<Choice | undefined> {
  const chosen = await vscode.window.showWarningMessage(text, ...choices);
  await vscode.commands.executeCommand("workbench.action.focusActiveEditorGroup");
  return chosen?.choice;
}

/** What the user adds to the question; undefined when there is nothing to add. */
export async function askInstruction(title: string): Promise<string | undefined> {
  const typed = await vscode.window.showInputBox({
    title,
    prompt: l10n.t("What should be different this time?"),
    ignoreFocusOut: true,
  });
  return typed?.trim() || undefined;
}

/** The index of the answer to show. */
export async function chooseAnswer(answers: Answers): Promise<number | undefined> {
  const rows = answers.all.map((answer, index) => ({
    index,
    label: `${index + 1 === answers.place ? "$(check) " : ""}${l10n.t("Answer {0}", index + 1)}`,
    description: answer.lines === 1 ? l10n.t("1 line changed") : l10n.t("{0} lines changed", answer.lines),
    detail: firstLines(answer.code),
  }));
  const chosen = await vscode.window.showQuickPick(rows, { title: l10n.t("Compare Answers") });
  return chosen?.index;
}

function firstLines(code: string): string {
  return code
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean)
    .slice(0, 3)
    .join(" ⏎ ")
    .slice(0, 120);
}

export function tellApplied(lines: number): void {
  const message = lines === 1 ? l10n.t("Applied, 1 line changed") : l10n.t("Applied, {0} lines changed", lines);
  vscode.window.setStatusBarMessage(message, 8000);
}

export function tellRefused(): void {
  void vscode.window.showErrorMessage(
    l10n.t("The editor did not accept the change. Check that the file can be written."),
  );
}

/** After fitting to changed code: how much is left. */
export function tellFitted(left: number, lost: number): void {
  const text =
    left === 0
      ? l10n.t("None of the changes fits the new code. Ask again, or discard it.")
      : l10n.t("{0} of {1} changes fit the new code. Look at them, then accept.", left, left + lost);
  void (left === 0 ? vscode.window.showWarningMessage(text) : vscode.window.showInformationMessage(text));
}
