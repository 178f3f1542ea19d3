/**
 * Apply over a code block: finds the file and the place it is meant for, and shows the change as any
 * other edit. Where the place is not certain the user says it; nothing is guessed and nothing is written.
 */

import * as vscode from "vscode";
import { l10n } from "vscode";
import type { Ctx } from "../ctx";
import { isFollowed } from "../documents";
import type { Edits } from "../preview";
import { fileName } from "./labels";
import { type LineRange, regionFor } from "./region";

export interface GivenCode {
  text: string;
  /** The file it is said to be of; empty when none is named. */
  file: string;
}

/** `files` are those that went along with the question, as the page names them. */
export async function applyCode(
  ctx: Ctx,
  edits: Edits,
  code: GivenCode,
  files: readonly string[],
  last: vscode.TextEditor | undefined,
): Promise<void> {
  const document = await targetOf(ctx, code.file, files, last);
  if (!document) {
    void vscode.window.showInformationMessage(
      code.file === ""
        ? l10n.t("No file is open. Open one, or choose New File.")
        : l10n.t(
            "There is no {0} in this workspace, or more than one. Open the one you mean, or choose New File.",
            code.file,
          ),
    );
    return;
  }
  const editor = await vscode.window.showTextDocument(document, last?.viewColumn);
  const span = await spanFor(editor, code.text);
  if (!span) return;
  ctx.log.debug("Code of a conversation is shown as an edit");
  await edits.proposeText({
    document,
    title: l10n.t("{0} · From the chat", fileName(document.fileName)),
    span,
    code: code.text,
  });
}

/** The file that is named, else the one file the question was about, else the one in front of the user. */
async function targetOf(
  ctx: Ctx,
  named: string,
  files: readonly string[],
  last: vscode.TextEditor | undefined,
): Promise<vscode.TextDocument | undefined> {
  if (named !== "") return openFile(ctx, named);
  const [about] = files;
  const document = files.length === 1 && about !== undefined ? await openFile(ctx, about) : undefined;
  return document ?? (last && isFollowed(last.document) ? last.document : undefined);
}

/** Among more files than this the one that is meant is not looked for. */
const FOUND_MAX = 200;

/** The file whose path ends so: an open one, or one of the workspace. Two of them are not told apart by a guess. */
async function openFile(ctx: Ctx, name: string): Promise<vscode.TextDocument | undefined> {
  const path = name.replaceAll("\\", "/").replace(/^(?:\.?\/)+/, "");
  const open = vscode.workspace.textDocuments.filter(
    (document) => isFollowed(document) && isAt(document.uri.path, path),
  );
  if (open.length === 1) return open[0];
  // What the index leaves out, such as generated code, is found by its whole path alone.
  const whole = await Promise.all((vscode.workspace.workspaceFolders ?? []).map(({ uri }) => fileIn(uri, path)));
  const exact = whole.filter((uri) => uri !== undefined);
  const [found, another] = exact.length > 0 ? exact : await indexed(ctx, path);
  return found && !another ? vscode.workspace.openTextDocument(found) : undefined;
}

/** The files of the index whose paths end so. */
async function indexed(ctx: Ctx, path: string): Promise<vscode.Uri[]> {
  const found = await ctx.engine.findFiles(path, FOUND_MAX).catch(() => {
    // The user is then told that there is no such file and how to go on.
    ctx.log.warn("The index could not be searched for the file that code is meant for");
    return [];
  });
  return found.flatMap((file) => {
    const folder = vscode.workspace.workspaceFolders?.find(({ uri }) => uri.fsPath === file.folder);
    const uri = folder && vscode.Uri.joinPath(folder.uri, file.path);
    return uri && isAt(uri.path, path) ? [uri] : [];
  });
}

/** An answer's path never leads out of the folder. */
async function fileIn(folder: vscode.Uri, path: string): Promise<vscode.Uri | undefined> {
  const place = vscode.Uri.joinPath(folder, path);
  if (!place.path.startsWith(`${folder.path.replace(/\/$/, "")}/`)) return undefined;
  try {
    return (await vscode.workspace.fs.stat(place)).type === vscode.FileType.File ? place : undefined;
  } catch {
    return undefined;
  }
}

function isAt(place: string, path: string): boolean {
  return `/${place}`.endsWith(`/${path}`);
}

interface PlaceItem extends vscode.QuickPickItem {
  range: vscode.Range;
}

async function spanFor(editor: vscode.TextEditor, code: string): Promise<{ start: number; end: number } | undefined> {
  const { document } = editor;
  const region = regionFor(document.getText(), code);
  const range = region ? linesOf(document, region) : await askForPlace(editor);
  return range && { start: document.offsetAt(range.start), end: document.offsetAt(range.end) };
}

/** Where the code belongs cannot be seen from it. */
async function askForPlace({ document, selection }: vscode.TextEditor): Promise<vscode.Range | undefined> {
  const whole = linesOf(document, { from: 0, to: document.lineCount });
  if (document.getText().trim() === "") return whole;
  const items: PlaceItem[] = [
    { label: l10n.t("$(insert) At the cursor"), range: lineAtCursor(document, selection.active.line) },
    { label: l10n.t("$(file) In place of the whole file"), range: whole },
  ];
  if (!selection.isEmpty) items.unshift({ label: l10n.t("$(selection) In place of the selection"), range: selection });
  const chosen = await vscode.window.showQuickPick(items, {
    title: fileName(document.fileName),
    placeHolder: l10n.t("Where does the code belong? It is shown as a change first."),
  });
  return chosen?.range;
}

/** An empty line is replaced; else the code comes behind the line. */
function lineAtCursor(document: vscode.TextDocument, at: number): vscode.Range {
  const line = document.lineAt(at);
  return line.isEmptyOrWhitespace ? line.range : new vscode.Range(line.range.end, line.range.end);
}

function linesOf(document: vscode.TextDocument, { from, to }: LineRange): vscode.Range {
  return new vscode.Range(from, 0, to - 1, document.lineAt(to - 1).text.length);
}
