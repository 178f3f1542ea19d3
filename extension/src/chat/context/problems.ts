/** What the Problems view lists, as something that goes along with a question. */

import * as vscode from "vscode";
import { l10n } from "vscode";
import type { Ctx } from "../../ctx";
import type { Found } from "./files";
import { isPrivate, shownPath } from "./reader";

const PROBLEMS_MAX = 100;
const FILES_MAX = 30;
/** Some servers explain a type over pages. */
const MESSAGE_CHARACTERS_MAX = 600;

export async function problems(ctx: Ctx): Promise<Found> {
  const all = vscode.languages
    .getDiagnostics()
    .map(
      ([uri, found]) => [uri, found.filter(({ severity }) => severity <= vscode.DiagnosticSeverity.Warning)] as const,
    )
    .filter(([, found]) => found.length > 0);
  const lines: string[] = [];
  for (const [uri, found] of all.slice(0, FILES_MAX)) {
    const path = shownPath(uri);
    // What is said of a private file quotes it.
    if (await isPrivate(ctx, path)) continue;
    lines.push(...found.sort((a, b) => a.severity - b.severity).map((one) => lineOf(path, one)));
  }
  if (lines.length === 0) return { kind: "refused", sentence: l10n.t("The Problems view lists no error or warning.") };
  const kept = lines.slice(0, PROBLEMS_MAX);
  const label = l10n.t("problems: {0}", kept.length);
  const leftOut = lines.length > kept.length && l10n.t("Of {0} problems the first {1}.", lines.length, kept.length);
  const context = { path: "problems", language: "text", text: `${kept.join("\n")}\n` };
  const attachment = {
    kind: "problems" as const,
    label,
    origin: l10n.t("What the editor's Problems view lists"),
    contexts: [context],
    ...(leftOut && { leftOut }),
  };
  return { kind: "attachment", attachment };
}

/** `calc.py:10:5 error: message [ts 2304]` */
function lineOf(path: string, { range, severity, message, source, code }: vscode.Diagnostic): string {
  const { line, character } = range.start;
  const how = severity === vscode.DiagnosticSeverity.Error ? "error" : "warning";
  const name = typeof code === "object" ? code.value : code;
  const tool = [source, name].filter((part) => part !== undefined).join(" ");
  const said = message.replace(/\s+/g, " ").slice(0, MESSAGE_CHARACTERS_MAX);
  return `${path}:${line + 1}:${character + 1} ${how}: ${said}${tool && ` [${tool}]`}`;
}
