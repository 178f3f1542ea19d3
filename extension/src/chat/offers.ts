/**
 * What the open editor offers a conversation: the selection as context, the whole file as context,
 * and three things to try. The text functions are pure; only `Editors` looks at the editor.
 */

import * as vscode from "vscode";
import { l10n } from "vscode";
import type { Ctx } from "../ctx";
import { isFollowed } from "../documents";
import type { ChatContext } from "../engine";
import type { Chip, Suggestion } from "./composerMessages";
import { contextLabel, fileName } from "./labels";
import { cutToLines } from "./text";

/** The most code that goes along with one question. */
const CONTEXT_CHARACTERS_MAX = 24_000;

/** The editor the user was in last, also while the panel has the focus. */
export interface Editors {
  last(): vscode.TextEditor | undefined;
}

/** Follows the active editor; `moved` hears of another one and of another selection. */
export function followEditors(ctx: Ctx, moved: () => void): Editors {
  let last = vscode.window.activeTextEditor;
  ctx.own(
    vscode.window.onDidChangeActiveTextEditor((editor) => {
      last = editor ?? last;
      moved();
    }),
  );
  ctx.own(vscode.window.onDidChangeTextEditorSelection(({ textEditor }) => textEditor === last && moved()));
  return {
    last: () =>
      last && vscode.window.visibleTextEditors.includes(last) && isFollowed(last.document) ? last : undefined,
  };
}

/** Context that is not longer than a question may carry; what is cut off, its lines no longer claim. */
export function withinLimit(context: ChatContext): ChatContext {
  const { text, startLine = 1 } = context;
  if (text.length <= CONTEXT_CHARACTERS_MAX) return context;
  const kept = cutToLines(text, CONTEXT_CHARACTERS_MAX);
  return { ...context, startLine, endLine: startLine + linesOf(kept) - 1, text: kept };
}

/** The selection as the user sees it offered: as a chip that can be taken away. */
export interface OfferedSelection {
  chip(): Chip | null;
  /** Hands it out and offers it no more, until another selection is made. */
  take(): ChatContext | undefined;
}

export function offerSelection(editors: Editors): OfferedSelection {
  let taken: string | undefined;
  const offered = () => {
    const context = selectionContext(editors.last());
    return context && keyOf(context) !== taken ? context : undefined;
  };
  return {
    chip: () => {
      const context = offered();
      return context ? { label: l10n.t("selection: {0}", contextLabel(context)), title: context.path } : null;
    },
    take: () => {
      const context = offered();
      if (context) taken = keyOf(context);
      return context;
    },
  };
}

/** The whole file as context, or as much of its beginning as may go along. */
export function fileContext(editor: vscode.TextEditor | undefined): ChatContext | undefined {
  if (!editor) return undefined;
  return withinLimit({ ...nameOf(editor.document), text: editor.document.getText() });
}

/** Three things to try, made from the open file. */
export function suggestions(editor: vscode.TextEditor | undefined): Suggestion[] {
  if (!editor) {
    return [
      l10n.t("Write a function that checks an email address"),
      l10n.t("Explain how a hash table works"),
      l10n.t("How do I undo my last Git commit?"),
    ].map((text) => ({ text, aboutFile: false }));
  }
  const name = fileName(editor.document.fileName);
  const texts = PROSE.has(editor.document.languageId)
    ? [
        l10n.t("Summarize {0}", name),
        l10n.t("What is missing in {0}?", name),
        l10n.t("Improve the wording of {0}", name),
      ]
    : [
        l10n.t("Explain what {0} does", name),
        l10n.t("Look for mistakes in {0}", name),
        l10n.t("Write tests for {0}", name),
      ];
  return texts.map((text) => ({ text, aboutFile: true }));
}

const PROSE: ReadonlySet<string> = new Set(["markdown", "plaintext", "restructuredtext", "asciidoc"]);

/** A line end at the end opens no line of its own: so does a selection made of whole lines. */
function linesOf(text: string): number {
  return text.replace(/\r?\n$/, "").split("\n").length;
}

/** The selected lines as context; nothing when nothing is selected. */
export function selectionContext(editor: vscode.TextEditor | undefined): ChatContext | undefined {
  if (!editor || editor.selection.isEmpty) return undefined;
  const { document, selection } = editor;
  const text = document.getText(selection);
  if (text.trim() === "") return undefined;
  const startLine = selection.start.line + 1;
  return withinLimit({ ...nameOf(document), startLine, endLine: startLine + linesOf(text) - 1, text });
}

/** What makes a selection the same one. */
function keyOf({ path, startLine, text }: ChatContext): string {
  return `${path}:${startLine}:${text}`;
}

function nameOf(document: vscode.TextDocument): { path: string; language: string } {
  return { path: vscode.workspace.asRelativePath(document.uri), language: document.languageId };
}
