/**
 * The tasks that change code beside refactoring and fixing: comments that document it, comments in
 * the other language, and code that is not there yet. The answer's way to the document is preview.ts.
 */
import * as vscode from "vscode";
import type { App } from "../commands";
import { isFollowed } from "../documents";
import type { EditQuestion } from "../engine";
import { shortLabel } from "../titles";
import { commentAbove } from "./commentAbove";
import { type Place, spanOf, type Target, targetAt, tellNoTarget, wholeFile } from "./target";

export async function documentCode(app: App, place?: Place, instruction?: string): Promise<void> {
  const target = await targetAt(place);
  if (!target) return tellNoTarget(vscode.l10n.t("Select the code to document, or put the cursor into it."));
  await propose(app, target, vscode.l10n.t("Document"), {
    task: "document",
    ...(instruction && { instruction }),
  });
}

/** Comments of the selection, or of the whole file: they stand above what they are about. */
export async function translateComments(app: App): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  const target = editor?.selection.isEmpty ? wholeFile(editor.document) : await targetAt();
  if (!target) return tellNoTarget(vscode.l10n.t("Open the file whose comments are to be translated."));
  await propose(app, target, vscode.l10n.t("Translate Comments"), { task: "translate_comments" });
}

export async function generateHere(app: App): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  if (!editor || !isFollowed(editor.document)) {
    return tellNoTarget(vscode.l10n.t("Put the cursor where the code is to be."));
  }
  const { document, selection } = editor;
  const at = new vscode.Range(selection.active, selection.active);
  const instruction = await vscode.window.showInputBox({
    title: vscode.l10n.t("Generate Code Here"),
    prompt: vscode.l10n.t("What is the code to do?"),
    value: commentAbove(linesUpTo(document, at.start.line)),
  });
  if (!instruction?.trim()) return;
  const target = { document, name: shortLabel(instruction), range: at, span: spanOf(document, at) };
  await propose(app, target, vscode.l10n.t("Generate"), { task: "generate", instruction: instruction.trim() });
}

/** A comment is not longer than that. */
const COMMENT_LINES_MAX = 30;

function linesUpTo(document: vscode.TextDocument, line: number): string[] {
  const first = Math.max(0, line + 1 - COMMENT_LINES_MAX);
  return Array.from({ length: line + 1 - first }, (_, index) => document.lineAt(first + index).text);
}

async function propose(
  { ctx, edits }: App,
  { document, name, span: asked }: Target,
  label: string,
  question: Pick<EditQuestion, "task" | "instruction">,
): Promise<void> {
  await edits.propose({
    document,
    title: `${name} · ${label}`,
    spans: [asked],
    ask: ([span = asked], tried) =>
      ctx.engine.edit(document, {
        ...question,
        startOffset: span.start,
        endOffset: span.end,
        ...(tried && { tried }),
      }),
  });
}
