/** What the editor offers a question by itself: the selection, and the file in sight. */

import * as vscode from "vscode";
import { l10n } from "vscode";
import type { Ctx } from "../../ctx";
import type { ChatContext } from "../../engine";
import { contextLabel } from "../labels";
import { cutToLines } from "../text";
import type { Attachment } from "./attachment";
import { PRIVATE, read, secretsLine } from "./reader";

/** The most code of one file that goes along with one question. */
const CONTEXT_CHARACTERS_MAX = 24_000;

/** Unasked, a file takes less of what a small model can read: the lines in sight and those around. */
const UNASKED_CHARACTERS_MAX = 8_000;

/** Context that is not longer than a question may carry; what is cut off, its lines no longer claim. */
export function withinLimit(context: ChatContext, charactersMax = CONTEXT_CHARACTERS_MAX): ChatContext {
  const { text, startLine = 1 } = context;
  if (text.length <= charactersMax) return context;
  const kept = cutToLines(text, charactersMax);
  return { ...context, startLine, endLine: startLine + linesOf(kept) - 1, text: kept };
}

/** The whole file as context, or as much of its beginning as may go along. */
export function fileContext(editor: vscode.TextEditor | undefined): ChatContext | undefined {
  if (!editor) return undefined;
  return withinLimit({ ...nameOf(editor.document), text: editor.document.getText() });
}

/** The selected lines as context; nothing when nothing is selected. */
export function selectionContext(editor: vscode.TextEditor | undefined): ChatContext | undefined {
  if (!editor || editor.selection.isEmpty) return undefined;
  return rangeContext(editor.document, editor.selection);
}

/** A piece of a document as context; nothing where there is nothing but blanks. */
export function rangeContext(
  document: vscode.TextDocument,
  range: vscode.Range,
  charactersMax = CONTEXT_CHARACTERS_MAX,
): ChatContext | undefined {
  const text = document.getText(range);
  if (text.trim() === "") return undefined;
  const startLine = range.start.line + 1;
  const endLine = startLine + linesOf(text) - 1;
  return withinLimit({ ...nameOf(document), startLine, endLine, text }, charactersMax);
}

/** The file in sight, or where it is long the lines in sight and as many around them as may go unasked. */
export function visibleContext({ document, visibleRanges }: vscode.TextEditor): ChatContext | undefined {
  const whole = document.getText();
  if (whole.trim() === "") return undefined;
  if (whole.length <= UNASKED_CHARACTERS_MAX) return { ...nameOf(document), text: whole };
  const [seen] = visibleRanges;
  let first = seen?.start.line ?? 0;
  let last = Math.min(seen?.end.line ?? first, document.lineCount - 1);
  const length = (line: number) => document.lineAt(line).text.length + 1;
  let room = UNASKED_CHARACTERS_MAX;
  for (let line = first; line <= last; line++) room -= length(line);
  while (room > 0 && (first > 0 || last < document.lineCount - 1)) {
    if (first > 0) room -= length(--first);
    if (room > 0 && last < document.lineCount - 1) room -= length(++last);
  }
  const range = new vscode.Range(document.lineAt(first).range.start, document.lineAt(last).range.end);
  return rangeContext(document, range, UNASKED_CHARACTERS_MAX);
}

export function selectionAttachment(context: ChatContext): Attachment {
  const label = l10n.t("selection: {0}", contextLabel(context));
  return { kind: "selection", label, origin: originOf(context), contexts: [context] };
}

/**
 * What the editor offers: the file in sight, and after it the selection. Of a private file nothing is
 * offered. Reading it may fail otherwise, as where no engine runs yet: then the question says so.
 */
export async function automatic(ctx: Ctx, editor: vscode.TextEditor | undefined): Promise<Attachment[]> {
  if (!editor) return [];
  const seen = visibleContext(editor);
  const selected = selectionContext(editor);
  const file = seen && { kind: "file" as const, label: contextLabel(seen), origin: originOf(seen), contexts: [seen] };
  const all = [file, selected && selectionAttachment(selected)].filter((one) => one !== undefined);
  const told = await Promise.all(all.map((one) => withSecretsTold(ctx, one)));
  return told.filter((one) => one !== undefined);
}

/** Nothing of a private file; else with how many secrets the engine will take out. */
async function withSecretsTold(ctx: Ctx, attachment: Attachment): Promise<Attachment | undefined> {
  const [context] = attachment.contexts;
  if (!context) return undefined;
  const { path, startLine, endLine } = context;
  const found = await read(ctx, { path, ...(startLine && { startLine }), ...(endLine && { endLine }) });
  if (found.kind === "refused") return found.code === PRIVATE ? undefined : attachment;
  const hidden = secretsLine(found.text.secrets);
  return hidden === undefined ? attachment : { ...attachment, leftOut: hidden };
}

/** What is behind a chip, for its tooltip. */
export function originOf({ path, startLine, endLine }: ChatContext): string {
  return startLine === undefined ? path : l10n.t("{0}, lines {1}–{2}", path, startLine, endLine ?? startLine);
}

/** A line end at the end opens no line of its own: so does a selection made of whole lines. */
function linesOf(text: string): number {
  return text.replace(/\r?\n$/, "").split("\n").length;
}

function nameOf(document: vscode.TextDocument): { path: string; language: string } {
  return { path: vscode.workspace.asRelativePath(document.uri), language: document.languageId };
}
