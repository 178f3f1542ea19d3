/** Which code a task is about: the selection, or what stands around the cursor. */
import * as vscode from "vscode";
import { innermost, symbolName, symbolsOf } from "../definitions";
import { isFollowed } from "../documents";
import type { Span } from "../textEdits";
import { definitionName, linesName } from "../titles";

export interface Target {
  readonly document: vscode.TextDocument;
  /** For titles: `total()`, or the file and its lines. */
  readonly name: string;
  readonly range: vscode.Range;
  readonly span: Span;
}

/** Where a task is to work, when that is not where the cursor is. */
export interface Place {
  readonly uri: vscode.Uri;
  readonly range: vscode.Range;
}

/**
 * The given place, or the one in the active editor: the selection; without one the definition around
 * the cursor, where a language server knows it, or the paragraph. Undefined where there is nothing but
 * blanks.
 */
export async function targetAt(place?: Place): Promise<Target | undefined> {
  if (place) {
    const document = await vscode.workspace.openTextDocument(place.uri);
    return targetOf(document, new vscode.Selection(place.range.start, place.range.end));
  }
  const editor = vscode.window.activeTextEditor;
  return editor && targetOf(editor.document, editor.selection);
}

async function targetOf(document: vscode.TextDocument, selection: vscode.Selection): Promise<Target | undefined> {
  if (!isFollowed(document)) return undefined;
  const symbol = innermost(await symbolsOf(document), selection);
  const range = selection.isEmpty ? (symbol?.range ?? paragraphAt(document, selection.active)) : selection;
  const code = document.getText(range);
  if (code.trim() === "") return undefined;
  const name = symbol ? symbolName(symbol) : (definitionName(code) ?? nameOfLines(document, range));
  return { document, name, range, span: spanOf(document, range) };
}

/** Why there is nothing to work on: what is in front is no file that a person writes; or else `wish`, which says what to do. */
export function tellNoTarget(wish: string): void {
  const document = vscode.window.activeTextEditor?.document;
  const isOther = document !== undefined && !isFollowed(document);
  void vscode.window.showInformationMessage(isOther ? cannotWorkIn() : wish);
}

/** An old version, output, or another page that the editor made up. */
export function cannotWorkIn(): string {
  return vscode.l10n.t("CodeSaga does not work in this view. Open the file itself.");
}

export function spanOf(document: vscode.TextDocument, { start, end }: vscode.Range): Span {
  return { start: document.offsetAt(start), end: document.offsetAt(end) };
}

/** The lines around a place up to the next blank ones. */
function paragraphAt(document: vscode.TextDocument, { line }: vscode.Position): vscode.Range {
  const isCode = (one: number) => !document.lineAt(one).isEmptyOrWhitespace;
  let first = line;
  let last = line;
  while (first > 0 && isCode(first) && isCode(first - 1)) first -= 1;
  while (last < document.lineCount - 1 && isCode(last) && isCode(last + 1)) last += 1;
  return new vscode.Range(document.lineAt(first).range.start, document.lineAt(last).range.end);
}

function nameOfLines(document: vscode.TextDocument, { start, end }: vscode.Range): string {
  const endsBeforeLine = end.line > start.line && end.character === 0;
  return linesName(document.uri.path, start.line + 1, end.line + (endsBeforeLine ? 0 : 1));
}

export function wholeFile(document: vscode.TextDocument): Target | undefined {
  if (!isFollowed(document) || document.getText().trim() === "") return undefined;
  const range = new vscode.Range(document.positionAt(0), document.lineAt(document.lineCount - 1).range.end);
  return { document, name: nameOfFile(document.uri.path), range, span: spanOf(document, range) };
}

function nameOfFile(path: string): string {
  return path.split("/").at(-1) ?? path;
}
