/** What the buttons over a code block do: into the editor at its cursor, or into a new file. */

import * as vscode from "vscode";
import { l10n } from "vscode";
import { indentLike, languageId } from "./text";

/** Inserts at the cursor, as one step to undo, and gives the editor the focus. */
export async function insertCode(editor: vscode.TextEditor | undefined, code: string): Promise<void> {
  if (!editor) {
    void vscode.window.showInformationMessage(l10n.t("No file is open. Open one, or choose New File."));
    return;
  }
  const { document } = editor;
  const cursor = editor.selection.active;
  const before = document.lineAt(cursor.line).text.slice(0, cursor.character);
  const text = indentLike(code, before);
  const shown = await vscode.window.showTextDocument(document, editor.viewColumn);
  shown.selection = new vscode.Selection(cursor, cursor);
  const applied = await shown.edit((edit) => edit.insert(cursor, text));
  if (!applied) {
    void vscode.window.showWarningMessage(l10n.t("The file could not be changed. Check whether it is read-only."));
  }
}

/** Opens the code as a new, unsaved file. */
export async function openAsFile(code: string, fence: string): Promise<void> {
  const language = languageId(fence);
  const known = (await vscode.languages.getLanguages()).includes(language);
  const document = await vscode.workspace.openTextDocument({ content: `${code}\n`, ...(known && { language }) });
  await vscode.window.showTextDocument(document);
}
