/**
 * Code that is there already, as from a conversation, made into an edit: where it belongs in a
 * document, and a reply that says it. It is shown and applied like a model's answer.
 */
import * as vscode from "vscode";
import { symbolsOf } from "../definitions";
import type { Reply, ReplyEvent } from "../engine";
import type { Span } from "../textEdits";
import { definitionName } from "../titles";
import { fitted } from "./fitted";

export interface GivenEdit {
  readonly document: vscode.TextDocument;
  /** What is done to what, for the diff's title. */
  readonly title: string;
  /** What the code replaces; the fitting place is looked for when absent. */
  readonly span?: Span;
  readonly code: string;
}

/** The definition of the same name, else the selection, else the cursor's line. */
export async function placeOf(document: vscode.TextDocument, code: string): Promise<Span> {
  const named = await definitionLike(document, code);
  if (named) return spanOf(document, named);
  const editor = vscode.window.visibleTextEditors.find((one) => one.document === document);
  if (!editor) return { start: document.getText().length, end: document.getText().length };
  if (!editor.selection.isEmpty) return spanOf(document, editor.selection);
  const line = document.lineAt(editor.selection.active.line);
  return spanOf(document, line.isEmptyOrWhitespace ? line.range : new vscode.Range(line.range.end, line.range.end));
}

/** What the model would have said: one whole edit. */
export function givenReply(document: vscode.TextDocument, span: Span, code: string): Reply {
  const text = fitted(code, document.getText(), span);
  const edits = [{ startOffset: span.start, endOffset: span.end, text }];
  const events: ReplyEvent[] = [
    { kind: "edit", version: document.version, edits },
    { kind: "done", promptTokens: 0, completionTokens: 0, firstTokenMs: 0, totalMs: 0, fromCache: true },
  ];
  return { next: async () => events.shift() ?? null, cancel: () => void events.splice(0) };
}

async function definitionLike(document: vscode.TextDocument, code: string): Promise<vscode.Range | undefined> {
  const name = definitionName(code)?.replace("()", "");
  if (name === undefined) return undefined;
  const found = flat(await symbolsOf(document)).filter((symbol) => symbol.name.replace(/\(.*$/, "") === name);
  // Two of the same name are not told apart by a guess.
  return found.length === 1 ? found[0]?.range : undefined;
}

function flat(symbols: readonly vscode.DocumentSymbol[]): vscode.DocumentSymbol[] {
  return symbols.flatMap((symbol) => [symbol, ...flat(symbol.children)]);
}

function spanOf(document: vscode.TextDocument, range: vscode.Range): Span {
  return { start: document.offsetAt(range.start), end: document.offsetAt(range.end) };
}
