/** Where pasted code comes from, when it was copied from a file that is open. */

import * as vscode from "vscode";
import { isFollowed } from "../../documents";

/** Open documents that are looked at. */
const DOCUMENTS_MAX = 200;

/** The one place in open documents where just this text stands; nothing when there is none, or several. */
export function originOfPasted(text: string): { document: vscode.TextDocument; range: vscode.Range } | undefined {
  const found: { document: vscode.TextDocument; range: vscode.Range }[] = [];
  for (const document of vscode.workspace.textDocuments.slice(0, DOCUMENTS_MAX)) {
    if (!isFollowed(document)) continue;
    const eol = document.eol === vscode.EndOfLine.CRLF ? "\r\n" : "\n";
    const piece = text.replace(/\r\n?|\n/g, eol);
    const whole = document.getText();
    const at = whole.indexOf(piece);
    if (at < 0) continue;
    const isTwice = whole.indexOf(piece, at + 1) >= 0;
    if (isTwice || found.length > 0) return undefined;
    found.push({ document, range: new vscode.Range(document.positionAt(at), document.positionAt(at + piece.length)) });
  }
  return found[0];
}
