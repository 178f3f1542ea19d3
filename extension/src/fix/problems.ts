/** The problems of a document as others report them: our own hints are nothing to repair. */
import * as vscode from "vscode";
import { SOURCE } from "../hints/words";

export function problemsOf(uri: vscode.Uri): vscode.Diagnostic[] {
  return vscode.languages.getDiagnostics(uri).filter(({ source }) => source !== SOURCE);
}
