/** *Explain*: asks the chat about the selection, or about the file when nothing is selected. */
import * as vscode from "vscode";
import { fileContext, selectionContext } from "../chat/context/automatic";
import type { App } from "../commands";
import { isFollowed } from "../documents";
import { tellNoTarget } from "./target";

export async function explain({ chat }: App): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  const context = editor && isFollowed(editor.document) && (selectionContext(editor) ?? fileContext(editor));
  if (!context) {
    tellNoTarget(vscode.l10n.t("Select the code to explain."));
    return;
  }
  await chat.ask(vscode.l10n.t("Explain this code."), [context]);
}
