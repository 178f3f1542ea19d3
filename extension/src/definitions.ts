/**
 * The definitions of a document as its language server knows them. The server may still be starting,
 * or there may be none: then there are no definitions, and who asks goes on without.
 */
import * as vscode from "vscode";
import { within } from "./within";

/** A person waits for what is done with them. */
const SYMBOLS_WITHIN_MS = 300;

type Symbols = (vscode.DocumentSymbol | vscode.SymbolInformation)[] | undefined;

export async function symbolsOf(
  document: vscode.TextDocument,
  withinMs = SYMBOLS_WITHIN_MS,
): Promise<vscode.DocumentSymbol[]> {
  const asked = vscode.commands.executeCommand<Symbols>("vscode.executeDocumentSymbolProvider", document.uri);
  const symbols = (await within(withinMs, asked)) ?? [];
  return symbols.filter((symbol): symbol is vscode.DocumentSymbol => "children" in symbol);
}

/** The innermost function, method or class that holds the range. */
export function innermost(
  symbols: readonly vscode.DocumentSymbol[],
  range: vscode.Range,
  accept: (kind: vscode.SymbolKind) => boolean = isDefinition,
): vscode.DocumentSymbol | undefined {
  const around = symbols.find((symbol) => symbol.range.contains(range));
  if (!around) return undefined;
  return innermost(around.children, range, accept) ?? (accept(around.kind) ? around : undefined);
}

export function isDefinition(kind: vscode.SymbolKind): boolean {
  return kind === vscode.SymbolKind.Class || isFunction(kind);
}

export function isFunction(kind: vscode.SymbolKind): boolean {
  const { Constructor, Function: Plain, Method } = vscode.SymbolKind;
  return [Constructor, Method, Plain].includes(kind);
}

/** `total()` or `Cart`. */
export function symbolName({ kind, name }: vscode.DocumentSymbol): string {
  return !isFunction(kind) || name.includes("(") ? name : `${name}()`;
}
