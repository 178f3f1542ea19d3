/**
 * *Refactor…*: which code, and what to do with it. The answer's way to the document is preview.ts.
 */
import * as vscode from "vscode";
import type { App } from "./commands";
import type { Ctx } from "./ctx";
import { isFollowed } from "./documents";
import { type Instruction, type Row, rowsFor } from "./instructions";
import type { Span } from "./textEdits";
import { definitionName, linesName, shortLabel } from "./titles";

const LAST = "lastInstruction";

export async function refactor({ ctx, edits }: App): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  const target = editor && isFollowed(editor.document) ? await targetOf(editor.document, editor.selection) : undefined;
  if (!editor || !target) {
    void vscode.window.showInformationMessage(vscode.l10n.t("Select the code to refactor, or put the cursor into it."));
    return;
  }
  const { document } = editor;
  const instruction = await pick(ctx, target.name);
  if (!instruction) return;
  await ctx.extension.workspaceState.update(LAST, instruction);
  await edits.propose({
    document,
    title: `${target.name} · ${shortLabel(instruction.label)}`,
    spans: [target.span],
    ask: ([span = target.span]) => ctx.engine.refactor(document, span.start, span.end, instruction.text),
  });
}

interface Target {
  readonly name: string;
  readonly span: Span;
}

/**
 * The selection; without one the definition around the cursor, where a language server knows it, or
 * the paragraph. Undefined where there is nothing but blanks.
 */
async function targetOf(document: vscode.TextDocument, selection: vscode.Selection): Promise<Target | undefined> {
  const symbol = await definitionAround(document, selection);
  const range = selection.isEmpty ? (symbol?.range ?? paragraphAt(document, selection.active)) : selection;
  const code = document.getText(range);
  if (code.trim() === "") return undefined;
  return {
    name: symbol ? symbolName(symbol) : (definitionName(code) ?? nameOfLines(document, range)),
    span: { start: document.offsetAt(range.start), end: document.offsetAt(range.end) },
  };
}

/** The lines around a place up to the next blank ones. */
function paragraphAt(document: vscode.TextDocument, { line }: vscode.Position): vscode.Range {
  const isCode = (one: number) => !document.lineAt(one).isEmptyOrWhitespace;
  let first = line;
  let last = line;
  while (first > 0 && isCode(first) && isCode(first - 1)) first -= 1;
  while (last < document.lineCount - 1 && isCode(last) && isCode(last + 1)) last += 1;
  return new vscode.Range(document.lineAt(first).range.start, document.lineAt(last).range.end);
}

/** Language servers may be busy starting; the command does not wait for that. */
const SYMBOLS_WITHIN_MS = 300;

async function definitionAround(
  document: vscode.TextDocument,
  range: vscode.Range,
): Promise<vscode.DocumentSymbol | undefined> {
  const asked = vscode.commands.executeCommand<(vscode.DocumentSymbol | vscode.SymbolInformation)[] | undefined>(
    "vscode.executeDocumentSymbolProvider",
    document.uri,
  );
  const late = new Promise<undefined>((resolve) => setTimeout(resolve, SYMBOLS_WITHIN_MS, undefined));
  const symbols = (await Promise.race([asked, late])) ?? [];
  return innermost(
    symbols.filter((symbol): symbol is vscode.DocumentSymbol => "children" in symbol),
    range,
  );
}

function innermost(symbols: readonly vscode.DocumentSymbol[], range: vscode.Range): vscode.DocumentSymbol | undefined {
  const around = symbols.find((symbol) => symbol.range.contains(range));
  if (!around) return undefined;
  const inner = innermost(around.children, range);
  return inner ?? (isDefinition(around.kind) ? around : undefined);
}

function isDefinition(kind: vscode.SymbolKind): boolean {
  const { Class, Constructor, Function: Plain, Method } = vscode.SymbolKind;
  return [Class, Constructor, Method, Plain].includes(kind);
}

function symbolName({ kind, name }: vscode.DocumentSymbol): string {
  return kind === vscode.SymbolKind.Class || name.includes("(") ? name : `${name}()`;
}

function nameOfLines(document: vscode.TextDocument, { start, end }: vscode.Range): string {
  const endsBeforeLine = end.line > start.line && end.character === 0;
  return linesName(document.uri.path, start.line + 1, end.line + (endsBeforeLine ? 0 : 1));
}

interface Item extends vscode.QuickPickItem {
  readonly row: Row;
}

function pick(ctx: Ctx, target: string): Promise<Instruction | undefined> {
  const last = ctx.extension.workspaceState.get<Instruction>(LAST);
  const common = commonInstructions();
  const quickPick = vscode.window.createQuickPick<Item>();
  const rows = () => rowsFor(quickPick.value, last, common);
  const list = (): void => {
    quickPick.items = rows().map(itemOf);
  };
  quickPick.title = vscode.l10n.t("Refactor {0}", target);
  quickPick.placeholder = vscode.l10n.t("Choose, or say what to do");
  quickPick.onDidChangeValue(list);
  list();
  return new Promise((resolve) => {
    quickPick.onDidAccept(() => {
      // Who types and presses Enter at once is quicker than the list.
      const row = quickPick.selectedItems[0]?.row ?? rows()[0];
      resolve(row && { label: row.label, text: row.text });
      quickPick.hide();
    });
    quickPick.onDidHide(() => {
      resolve(undefined);
      quickPick.dispose();
    });
    quickPick.show();
  });
}

function itemOf(row: Row): Item {
  switch (row.origin) {
    case "typed":
      return { row, label: `$(sparkle) ${row.label}`, description: vscode.l10n.t("as typed"), alwaysShow: true };
    case "last":
      return { row, label: `$(history) ${row.label}`, description: vscode.l10n.t("last time") };
    case "common":
      return { row, label: row.label };
  }
}

function commonInstructions(): Instruction[] {
  return [
    { label: vscode.l10n.t("Simplify"), text: "Simplify this code without changing what it does." },
    { label: vscode.l10n.t("Extract function"), text: "Extract a well-named function from this code and call it." },
    {
      label: vscode.l10n.t("Rename for clarity"),
      text: "Rename local variables and parameters so that the code is clear.",
    },
    { label: vscode.l10n.t("Add error handling"), text: "Add error handling for what can go wrong here." },
    { label: vscode.l10n.t("Add types"), text: "Add type annotations." },
    { label: vscode.l10n.t("Make faster"), text: "Make this code faster without changing what it does." },
    {
      label: vscode.l10n.t("Translate comments"),
      text: vscode.l10n.t("Translate the comments into English; leave the code as it is."),
    },
  ];
}
