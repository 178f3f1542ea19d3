/** *Explain* and *Document* above each function and class, when the setting asks for it. */
import * as vscode from "vscode";
import { changesLenses } from "./config";
import type { Ctx } from "./ctx";
import { isDefinition, symbolsOf } from "./definitions";
import { selector } from "./documents";
import type { Place } from "./tasks/target";

/** A generated file may have thousands of functions; nobody reads the lenses of all. */
const DEFINITIONS_MAX = 200;

/** Nobody waits for a lens, and a language server may have to read a project first. */
const SYMBOLS_WITHIN_MS = 20_000;
/** A language server that is not there yet is not waited for by the editor; it is asked again so often. */
const TRIES_MAX = 5;
const TRY_AFTER_MS = 2000;

export function registerLenses(ctx: Ctx): void {
  const changed = ctx.own(new vscode.EventEmitter<void>());
  const tries = new WeakMap<vscode.TextDocument, number>();
  const askAgain = (document: vscode.TextDocument): void => {
    const tried = tries.get(document) ?? 0;
    if (tried >= TRIES_MAX) return;
    tries.set(document, tried + 1);
    setTimeout(() => changed.fire(), TRY_AFTER_MS);
  };
  const provider: vscode.CodeLensProvider = {
    onDidChangeCodeLenses: changed.event,
    provideCodeLenses: async (document) => {
      if (!ctx.config.hasLenses(document)) return [];
      const symbols = await symbolsOf(document, SYMBOLS_WITHIN_MS);
      if (symbols.length === 0) askAgain(document);
      return definitionsIn(symbols)
        .slice(0, DEFINITIONS_MAX)
        .flatMap(({ range }) => lensesFor({ uri: document.uri, range }));
    },
  };
  ctx.own(vscode.languages.registerCodeLensProvider(selector(), provider));
  ctx.own(vscode.workspace.onDidChangeConfiguration((event) => changesLenses(event) && changed.fire()));
}

/** Functions inside of functions have none of their own. */
function definitionsIn(symbols: readonly vscode.DocumentSymbol[]): vscode.DocumentSymbol[] {
  return symbols.flatMap((symbol) => {
    if (!isDefinition(symbol.kind)) return definitionsIn(symbol.children);
    return symbol.kind === vscode.SymbolKind.Class ? [symbol, ...definitionsIn(symbol.children)] : [symbol];
  });
}

function lensesFor(place: Place): vscode.CodeLens[] {
  const start = new vscode.Range(place.range.start, place.range.start);
  const lens = (title: string, command: string) => new vscode.CodeLens(start, { title, command, arguments: [place] });
  return [
    // A plain blank beside an icon is not drawn there.
    lens(`$(sparkle)\u00a0${vscode.l10n.t("Explain")}`, "_codesaga.explain"),
    lens(vscode.l10n.t("Document"), "_codesaga.document"),
  ];
}
