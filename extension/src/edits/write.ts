/** Writing an accepted proposal: one step to undo, and nothing but what was accepted. */
import * as vscode from "vscode";
import type { Replacement, Span } from "../textEdits";
import { within } from "../within";

/** Leaves focus and cursors where they are. False when the editor refused. */
export async function write(document: vscode.TextDocument, replacements: readonly Replacement[]): Promise<boolean> {
  const edit = new vscode.WorkspaceEdit();
  for (const one of replacements) edit.replace(document.uri, rangeOf(document, one), one.text);
  return vscode.workspace.applyEdit(edit);
}

/**
 * Everything that is left of a proposal; the document is in front afterwards. With `formats` the editor's formatter goes over
 * what was written, in the same step to undo: only an editor can join two edits. False when the editor refused.
 */
export async function writeAll(
  document: vscode.TextDocument,
  replacements: readonly Replacement[],
  formats: boolean,
): Promise<boolean> {
  // A cell is shown by its notebook, and formatted with it.
  if (document.uri.scheme === "vscode-notebook-cell") return write(document, replacements);
  const editor = await vscode.window.showTextDocument(document);
  const { version } = document;
  const written = await editor.edit(
    (edit) => {
      for (const one of replacements) edit.replace(rangeOf(document, one), one.text);
    },
    { undoStopBefore: true, undoStopAfter: !formats },
  );
  // A read-only editor says that it wrote, and does not.
  if (!written || document.version === version) return false;
  // From the last to the first, so that the places of those before stay as they are.
  if (formats) for (const span of placesAfter(replacements).reverse()) await format(editor, span);
  return true;
}

/** Asked before the model is: an answer that cannot be applied helps nobody. */
export async function isWritable({ uri }: vscode.TextDocument): Promise<boolean> {
  if (vscode.workspace.fs.isWritableFileSystem(uri.scheme) === false) return false;
  try {
    const { permissions = 0 } = await vscode.workspace.fs.stat(uri);
    return (permissions & vscode.FilePermission.Readonly) === 0;
  } catch {
    // Not on any disk yet.
    return true;
  }
}

/** More places than this are formatted by saving. */
const PLACES_MAX = 20;

/** Where the replacements' texts stand once they are written. */
function placesAfter(replacements: readonly Replacement[]): Span[] {
  let growth = 0;
  return [...replacements]
    .sort((a, b) => a.start - b.start)
    .map(({ start, end, text }) => {
      const place = { start: start + growth, end: start + growth + text.length };
      growth += text.length - (end - start);
      return place;
    })
    .filter(({ start, end }) => end > start)
    .slice(0, PLACES_MAX);
}

/** A formatter may be busy starting; saving formats too. */
const FORMAT_WITHIN_MS = 1500;

async function format(editor: vscode.TextEditor, span: Span): Promise<void> {
  const { document, options } = editor;
  const { version } = document;
  const range = rangeOf(document, span);
  const asked = vscode.commands.executeCommand<vscode.TextEdit[] | undefined>(
    "vscode.executeFormatRangeProvider",
    document.uri,
    range,
    { tabSize: options.tabSize, insertSpaces: options.insertSpaces },
  );
  // A formatter that fails must not look like a proposal that failed.
  const edits = (await within(FORMAT_WITHIN_MS, asked)) ?? [];
  const lines = new vscode.Range(range.start.with({ character: 0 }), document.lineAt(range.end.line).range.end);
  const inside = edits.filter((edit) => lines.contains(edit.range));
  if (inside.length === 0 || document.version !== version) return;
  await editor.edit(
    (edit) => {
      for (const one of inside) edit.replace(one.range, one.newText);
    },
    { undoStopBefore: false, undoStopAfter: false },
  );
}

function rangeOf(document: vscode.TextDocument, { start, end }: Span): vscode.Range {
  return new vscode.Range(document.positionAt(start), document.positionAt(end));
}
