/**
 * A diagnostic as the engine is told of it: with what the language server says elsewhere about it,
 * and with the types it shows when one hovers over the place.
 */
import * as vscode from "vscode";
import type { Diagnostic } from "../engine";
import { within } from "../within";

/** A diagnostic without its place, which may move before it is asked about. */
export type Described = Omit<Diagnostic, "startOffset" | "endOffset">;

const RELATED_MAX = 5;
const HOVERED_MAX = 5;
const HOVER_CHARACTERS_MAX = 800;
/** A language server that is still starting does not hold up a fix. */
const HOVERS_WITHIN_MS = 800;

export async function described(
  document: vscode.TextDocument,
  diagnostics: readonly vscode.Diagnostic[],
): Promise<Described[]> {
  const hovers = await Promise.all(
    diagnostics.map((one, index) => (index < HOVERED_MAX ? hoverAt(document, one.range.start) : undefined)),
  );
  return diagnostics.map((one, index) => plain(one, hovers[index]));
}

function plain(diagnostic: vscode.Diagnostic, hover: string | undefined): Described {
  const { message, source, code, relatedInformation = [] } = diagnostic;
  const name = typeof code === "object" ? code.value : code;
  const related = relatedInformation.slice(0, RELATED_MAX).map(({ location, message }) => ({
    path: vscode.workspace.asRelativePath(location.uri),
    line: location.range.start.line + 1,
    message,
  }));
  return {
    message,
    severity: severityOf(diagnostic.severity),
    ...(source && { source }),
    ...(name !== undefined && { code: String(name) }),
    ...(related.length > 0 && { related }),
    ...(hover && { hover }),
  };
}

async function hoverAt(document: vscode.TextDocument, place: vscode.Position): Promise<string | undefined> {
  const hovers = await within(
    HOVERS_WITHIN_MS,
    vscode.commands.executeCommand<vscode.Hover[] | undefined>("vscode.executeHoverProvider", document.uri, place),
  );
  const text = (hovers ?? [])
    .flatMap(({ contents }) => contents)
    .map((one) => (typeof one === "string" ? one : one.value))
    .map(withoutMarks)
    .filter((one) => one !== "")
    .join("\n");
  return text === "" ? undefined : text.slice(0, HOVER_CHARACTERS_MAX);
}

/** The words of a hover without the fences around its code. */
function withoutMarks(markdown: string): string {
  return markdown.replace(/^\s*```.*$/gm, "").trim();
}

function severityOf(severity: vscode.DiagnosticSeverity): Diagnostic["severity"] {
  switch (severity) {
    case vscode.DiagnosticSeverity.Error:
      return "error";
    case vscode.DiagnosticSeverity.Warning:
      return "warning";
    case vscode.DiagnosticSeverity.Information:
      return "information";
    case vscode.DiagnosticSeverity.Hint:
      return "hint";
  }
}
