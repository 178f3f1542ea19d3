/** Another name, from the language server: the same plan as a refactoring's, without a model. */
import * as vscode from "vscode";
import { spanOf } from "../tasks/target";
import { type FilePlan, withEdits } from "./plan";

/** More than this cannot be looked through. */
const FILES_MAX = 300;

/** Undefined where the language server renames nothing there, or more files than can be shown. */
export async function renamed(
  uri: vscode.Uri,
  position: vscode.Position,
  name: string,
): Promise<FilePlan[] | undefined> {
  try {
    const edit = await vscode.commands.executeCommand<vscode.WorkspaceEdit | undefined>(
      "vscode.executeDocumentRenameProvider",
      uri,
      position,
      name,
    );
    const entries = edit?.entries() ?? [];
    if (entries.length === 0 || entries.length > FILES_MAX) return undefined;
    return await Promise.all(entries.map(([file, edits]) => planOf(file, edits)));
  } catch {
    return undefined;
  }
}

async function planOf(uri: vscode.Uri, edits: readonly vscode.TextEdit[]): Promise<FilePlan> {
  const document = await vscode.workspace.openTextDocument(uri);
  const before = document.getText();
  // Two places in one line make one hunk: a person reads lines.
  const byLine = new Map<number, vscode.TextEdit[]>();
  for (const one of edits) byLine.set(one.range.start.line, [...(byLine.get(one.range.start.line) ?? []), one]);
  let plan: FilePlan = { uri: uri.toString(), before, hunks: [] };
  for (const ofLine of byLine.values()) plan = withEdits(plan, [lineEdit(document, ofLine)]).file;
  return plan;
}

function lineEdit(document: vscode.TextDocument, edits: readonly vscode.TextEdit[]) {
  const first = Math.min(...edits.map(({ range }) => range.start.line));
  const last = Math.max(...edits.map(({ range }) => range.end.line));
  const span = spanOf(document, new vscode.Range(first, 0, last, document.lineAt(last).text.length));
  let text = document.getText().slice(span.start, span.end);
  const fromTheEnd = [...edits].sort((a, b) => b.range.start.compareTo(a.range.start));
  for (const { range, newText } of fromTheEnd) {
    const { start, end } = spanOf(document, range);
    text = text.slice(0, start - span.start) + newText + text.slice(end - span.start);
  }
  return { ...span, text };
}
