/** The editor the user was in last, and three things to try that are made from its file. */

import * as vscode from "vscode";
import { l10n } from "vscode";
import type { Ctx } from "../ctx";
import { isFollowed } from "../documents";
import type { Suggestion } from "./composerMessages";
import { fileName } from "./labels";

/** The editor the user was in last, also while the panel has the focus. */
export interface Editors {
  last(): vscode.TextEditor | undefined;
}

/** Follows the active editor; `moved` hears of another one, another selection, another part in sight, another text. */
export function followEditors(ctx: Ctx, moved: () => void): Editors {
  let last = vscode.window.activeTextEditor;
  ctx.own(
    vscode.window.onDidChangeActiveTextEditor((editor) => {
      last = editor ?? last;
      moved();
    }),
  );
  ctx.own(vscode.window.onDidChangeTextEditorSelection(({ textEditor }) => textEditor === last && moved()));
  ctx.own(vscode.window.onDidChangeTextEditorVisibleRanges(({ textEditor }) => textEditor === last && moved()));
  ctx.own(vscode.workspace.onDidChangeTextDocument(({ document }) => document === last?.document && moved()));
  return {
    last: () =>
      last && vscode.window.visibleTextEditors.includes(last) && isFollowed(last.document) ? last : undefined,
  };
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
