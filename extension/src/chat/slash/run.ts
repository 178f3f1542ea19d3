/** What the commands in front of a question do. */

import * as vscode from "vscode";
import { l10n } from "vscode";
import type { CommandName } from "./commands";

/**
 * Does what the command says; gives the question to ask when it is one in other words. `editor` is the
 * one the user was in last.
 */
export async function runCommand(
  name: CommandName,
  rest: string,
  editor: vscode.TextEditor | undefined,
): Promise<string | undefined> {
  switch (name) {
    case "explain":
      return joined(l10n.t("Explain this code."), rest);
    case "clear":
      return start("codesaga.newConversation");
    case "commit":
      return start("codesaga.commitMessage", undefined, { instruction: rest });
    case "refactor":
      return edit(editor, "codesaga.refactor", rest, joined(l10n.t("Refactor this code."), rest));
    case "fix": {
      const question = joined(l10n.t("Fix this code."), rest);
      const isListed = rest === "" && editor !== undefined && hasProblem(editor);
      return isListed
        ? edit(editor, "codesaga.fix", "", question)
        : edit(editor, "codesaga.refactor", joined(FIX, rest), question);
    }
    case "test":
      return edit(editor, "codesaga.writeTests", rest, joined(l10n.t("Write tests for this code."), rest));
    case "doc":
      return edit(editor, "codesaga.document", rest, joined(l10n.t("Document this code."), rest));
  }
}

/** For the model, which reads English best. */
const FIX = "Find what is wrong in this code and correct it.";

/** With an open editor through the preview, which leaves the file alone until Accept; else it is talked about. */
async function edit(
  editor: vscode.TextEditor | undefined,
  command: string,
  instruction: string,
  question: string,
): Promise<string | undefined> {
  if (!editor) return question;
  // What the commands work on is the active editor, which may be another one by now.
  await vscode.window.showTextDocument(editor.document, editor.viewColumn);
  return start(command, ...(instruction === "" ? [] : [{ instruction }]));
}

/** It goes on by itself: nobody waits here for a model's answer. */
function start(command: string, ...given: unknown[]): undefined {
  void vscode.commands.executeCommand(command, ...given);
  return undefined;
}

function hasProblem({ document, selection }: vscode.TextEditor): boolean {
  return vscode.languages.getDiagnostics(document.uri).some(({ range }) => range.intersection(selection) !== undefined);
}

function joined(sentence: string, rest: string): string {
  return rest === "" ? sentence : `${sentence} ${rest}`;
}

export function describeCommand(name: CommandName): string {
  switch (name) {
    case "explain":
      return l10n.t("Explain the selection or the file");
    case "fix":
      return l10n.t("Fix the problems in the selection");
    case "refactor":
      return l10n.t("Rewrite the selection, shown before it is applied");
    case "test":
      return l10n.t("Write tests for the selection");
    case "doc":
      return l10n.t("Document the selection");
    case "commit":
      return l10n.t("Write a commit message for the staged changes");
    case "clear":
      return l10n.t("Begin a new conversation");
  }
}
