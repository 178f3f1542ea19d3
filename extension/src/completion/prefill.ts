/**
 * Tells the engine where the person is likely to type next, so that the server can read that place
 * beforehand: when a file comes to the front, and when the cursor jumps far. Never while typing.
 */
import * as vscode from "vscode";
import type { Ctx } from "../ctx";
import { completes } from "./allowed";
import { isFar, type Spot } from "./jump";

/** Only where the cursor comes to rest: paging through a file asks nothing. */
const REST_MS = 400;

export function registerPrefill(ctx: Ctx): void {
  let last: Spot | undefined;
  let timer: NodeJS.Timeout | undefined;

  const ask = (editor: vscode.TextEditor): void => {
    if (vscode.window.activeTextEditor !== editor || !completes(ctx, editor.document)) return;
    last = spotOf(editor);
    ctx.engine.prefill(editor.document, editor.document.offsetAt(editor.selection.active));
  };
  const considered = (editor: vscode.TextEditor | undefined): void => {
    clearTimeout(timer);
    if (editor && isFar(last, spotOf(editor))) timer = setTimeout(() => ask(editor), REST_MS);
  };

  ctx.own({ dispose: () => clearTimeout(timer) });
  ctx.own(vscode.window.onDidChangeActiveTextEditor(considered));
  ctx.own(vscode.window.onDidChangeTextEditorSelection(({ textEditor }) => considered(textEditor)));
  ctx.own(
    vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
      const editor = vscode.window.activeTextEditor;
      if (contentChanges.length === 0 || editor?.document !== document) return;
      clearTimeout(timer);
      // Where is typed, completion itself has the place read.
      last = spotOf(editor);
    }),
  );
  ctx.own(
    ctx.engine.onDidStart(() => {
      last = undefined;
      considered(vscode.window.activeTextEditor);
    }),
  );
}

function spotOf({ document, selection }: vscode.TextEditor): Spot {
  return { uri: document.uri.toString(), line: selection.active.line };
}
