/**
 * *Fix the Error in the Terminal*: takes the words that are selected there, or what the last command
 * wrote, finds the place in a file of the workspace that they name, and asks for a fix with the words
 * as the problem.
 */
import * as vscode from "vscode";
import type { App } from "../commands";
import { linesName } from "../titles";
import { fix } from "./fix";
import { type NamedPlace, placesIn, withoutColours } from "./places";

/** A model reads the end of a long output: there the tools sum up. */
const MESSAGE_CHARACTERS_MAX = 3000;
/** The same file name may stand in many folders. */
const ALIKE_MAX = 5;
const NOT_OURS = "**/{node_modules,.git,target,dist,build,.venv,venv,site-packages}/**";

export async function fixTerminal(app: App): Promise<void> {
  const text = await terminalText();
  if (text.trim() === "") {
    void vscode.window.showInformationMessage(vscode.l10n.t("Select the error in the terminal first."));
    return;
  }
  await fixFromText(app, text);
}

/** Also for the words of a failed test; `source` is the tool that said them. */
export async function fixFromText(app: App, text: string, source = "terminal", known?: vscode.Location): Promise<void> {
  const place = (await firstOurs(placesIn(text))) ?? known;
  if (!place) {
    void vscode.window.showInformationMessage(
      vscode.l10n.t("No line of a file in this workspace is named there. Select the part that names it."),
    );
    return;
  }
  const document = await vscode.workspace.openTextDocument(place.uri);
  const range = lineAt(document, place.range.start.line);
  await vscode.window.showTextDocument(document, { selection: new vscode.Range(range.start, range.start) });
  const message = withoutColours(text).trim().slice(-MESSAGE_CHARACTERS_MAX);
  const diagnostic = new vscode.Diagnostic(range, message, vscode.DiagnosticSeverity.Error);
  diagnostic.source = source;
  const label = linesName(document.uri.path, range.start.line + 1, range.start.line + 1);
  await fix(app, { document, diagnostics: [diagnostic], label });
}

/** The editor tells an extension of a terminal's words only by the clipboard; what was in it is put back. */
async function terminalText(): Promise<string> {
  const { clipboard } = vscode.env;
  const before = await clipboard.readText();
  try {
    for (const command of ["copySelection", "copyLastCommandOutput"]) {
      await clipboard.writeText("");
      await vscode.commands.executeCommand(`workbench.action.terminal.${command}`);
      const text = await clipboard.readText();
      if (text.trim() !== "") return text;
    }
    return "";
  } finally {
    await clipboard.writeText(before);
  }
}

async function firstOurs(places: readonly NamedPlace[]): Promise<vscode.Location | undefined> {
  for (const place of places) {
    const uri = await fileOf(place.path);
    if (uri) return new vscode.Location(uri, new vscode.Position(place.line - 1, 0));
  }
  return undefined;
}

/** The file of the workspace that a tool means; it may have been started in any folder of it. */
async function fileOf(written: string): Promise<vscode.Uri | undefined> {
  const path = written.replaceAll("\\", "/").replace(/^\.\//, "");
  const folders = vscode.workspace.workspaceFolders ?? [];
  const [first] = folders;
  if (!first) return undefined;
  if (path.startsWith("/") || /^[A-Za-z]:/.test(path)) {
    const uri = first.uri.with({ path: path.startsWith("/") ? path : `/${path}` });
    return vscode.workspace.getWorkspaceFolder(uri) && !isForeign(path) && (await exists(uri)) ? uri : undefined;
  }
  for (const folder of folders) {
    const uri = vscode.Uri.joinPath(folder.uri, path);
    if (vscode.workspace.getWorkspaceFolder(uri) && !isForeign(path) && (await exists(uri))) return uri;
  }
  // Brackets and stars would be read as a pattern.
  if (path.startsWith("../") || /[*?[\]{}]/.test(path)) return undefined;
  const [alike] = await vscode.workspace.findFiles(`**/${path}`, NOT_OURS, ALIKE_MAX);
  return alike;
}

/** What others wrote is rarely what is wrong. */
function isForeign(path: string): boolean {
  return /(^|\/)(node_modules|site-packages|\.venv|venv)\//.test(path);
}

async function exists(uri: vscode.Uri): Promise<boolean> {
  try {
    return (await vscode.workspace.fs.stat(uri)).type !== vscode.FileType.Directory;
  } catch {
    return false;
  }
}

function lineAt(document: vscode.TextDocument, line: number): vscode.Range {
  const { range, firstNonWhitespaceCharacterIndex } = document.lineAt(Math.min(line, document.lineCount - 1));
  return range.with(range.start.translate(0, firstNonWhitespaceCharacterIndex));
}
