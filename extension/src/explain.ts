/** *Explain*: asks the chat about the selection, or about the file when nothing is selected. */
import * as vscode from "vscode";
import type { App } from "./commands";
import { isFollowed } from "./documents";
import type { ChatContext } from "./engine";

export async function explain({ chat }: App): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  if (!editor || !isFollowed(editor.document)) {
    void vscode.window.showInformationMessage(vscode.l10n.t("Select the code to explain."));
    return;
  }
  await chat.ask(vscode.l10n.t("Explain this code."), [contextOf(editor)]);
}

function contextOf({ document, selection }: vscode.TextEditor): ChatContext {
  const path = vscode.workspace.asRelativePath(document.uri, false);
  const about = { path, language: document.languageId };
  if (selection.isEmpty) return { ...about, text: document.getText() };
  return {
    ...about,
    startLine: selection.start.line + 1,
    endLine: selection.end.line + 1,
    text: document.getText(selection),
  };
}
