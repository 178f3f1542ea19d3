/** Files and folders that the editor names by their addresses: dropped, pasted, or from its explorer. */

import * as vscode from "vscode";
import { l10n } from "vscode";
import type { Ctx } from "../../ctx";
import { type Found, fileAt, folderAt } from "./files";

/** The whole of it, or of a file the lines of `range`. */
export async function addressed(ctx: Ctx, uri: vscode.Uri, range?: vscode.Range): Promise<Found> {
  const folder = vscode.workspace.getWorkspaceFolder(uri);
  const path = vscode.workspace.asRelativePath(uri, false);
  if (!folder) return { kind: "refused", sentence: l10n.t("{0} is not in the workspace, or it is gone.", path) };
  const root = folder.uri.fsPath;
  if (range) return fileAt(ctx, { path, folder: root, startLine: range.start.line + 1, endLine: range.end.line + 1 });
  return (await isFolder(uri)) ? folderAt(ctx, root, path) : fileAt(ctx, { path, folder: root });
}

/** What another page says is an address need not be one. */
export function readAddress(text: string): vscode.Uri | undefined {
  try {
    return vscode.Uri.parse(text, true);
  } catch {
    return undefined;
  }
}

async function isFolder(uri: vscode.Uri): Promise<boolean> {
  try {
    return ((await vscode.workspace.fs.stat(uri)).type & vscode.FileType.Directory) !== 0;
  } catch {
    return false;
  }
}
