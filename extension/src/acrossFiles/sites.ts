/**
 * Where a definition is and where it is used, as the language server knows it: the pieces of code that
 * a refactoring across files is asked about. Everything is bounded; what is left out is counted.
 */
import * as vscode from "vscode";
import { innermost, isFunction, symbolName, symbolsOf } from "../definitions";
import { isFollowed } from "../documents";
import { within } from "../within";

/** A piece of code that names the definition, or is it. */
export interface Site {
  readonly range: vscode.Range;
  readonly isDefinition: boolean;
}

export interface FileSites {
  readonly document: vscode.TextDocument;
  /** In the order in which they are asked about: the definition first. */
  readonly sites: readonly Site[];
}

export interface Found {
  readonly name: string;
  /** The definition's file first. */
  readonly files: readonly FileSites[];
  /** Files with uses that are too many or too large. */
  readonly leftOut: number;
}

const FILES_MAX = 20;
const SITES_MAX = 8;
const FILE_CHARACTERS_MAX = 500_000;
const LINES_MAX = 150;
/** A language server may read the whole project first. */
const FOUND_WITHIN_MS = 30_000;

export async function findSites(document: vscode.TextDocument, position: vscode.Position): Promise<Found | undefined> {
  const [definitions, references] = await Promise.all([
    asked<vscode.Location | vscode.LocationLink>("vscode.executeDefinitionProvider", document.uri, position),
    asked<vscode.Location>("vscode.executeReferenceProvider", document.uri, position),
  ]);
  const defined = definitions.map(toLocation).filter(isOurs);
  const used = references.filter(isOurs);
  const [first] = defined;
  if (!first || used.length === 0) return undefined;
  const uris = unique([...defined, ...used].map(({ uri }) => uri));
  const files: FileSites[] = [];
  for (const uri of uris.slice(0, FILES_MAX)) {
    const file = await vscode.workspace.openTextDocument(uri);
    if (!isFollowed(file) || file.getText().length > FILE_CHARACTERS_MAX) continue;
    files.push({ document: file, sites: await sitesIn(file, rangesIn(defined, uri), rangesIn(used, uri)) });
  }
  const word = document.getText(document.getWordRangeAtPosition(position));
  return { name: await nameAt(first, word), files, leftOut: uris.length - files.length };
}

async function asked<T>(command: string, ...args: unknown[]): Promise<T[]> {
  return (await within(FOUND_WITHIN_MS, vscode.commands.executeCommand<T[] | undefined>(command, ...args))) ?? [];
}

function toLocation(one: vscode.Location | vscode.LocationLink): vscode.Location {
  if (!("targetUri" in one)) return one;
  return new vscode.Location(one.targetUri, one.targetSelectionRange ?? one.targetRange);
}

/** A library's code is not ours to change. */
function isOurs({ uri }: vscode.Location): boolean {
  return vscode.workspace.getWorkspaceFolder(uri) !== undefined && !/\/node_modules\//.test(uri.path);
}

function unique(uris: readonly vscode.Uri[]): vscode.Uri[] {
  return [...new Map(uris.map((uri) => [uri.toString(), uri])).values()];
}

function rangesIn(locations: readonly vscode.Location[], uri: vscode.Uri): vscode.Range[] {
  return locations.filter((one) => one.uri.toString() === uri.toString()).map(({ range }) => range);
}

async function nameAt({ uri, range }: vscode.Location, word: string): Promise<string> {
  const document = await vscode.workspace.openTextDocument(uri);
  const symbol = innermost(await symbolsOf(document), range);
  return symbol?.selectionRange.contains(range.start) ? symbolName(symbol) : word;
}

/** The functions around the places, or their lines, none overlapping. */
async function sitesIn(
  document: vscode.TextDocument,
  defined: readonly vscode.Range[],
  used: readonly vscode.Range[],
): Promise<Site[]> {
  const symbols = await symbolsOf(document);
  const around = (range: vscode.Range): vscode.Range => {
    const held = innermost(symbols, range, isFunction)?.range;
    const small = held && held.end.line - held.start.line < LINES_MAX ? held : undefined;
    return wholeLines(document, small ?? range);
  };
  const sites: Site[] = [];
  const add = (range: vscode.Range, isDefinition: boolean): void => {
    const known = sites.find((site) => site.range.intersection(range) !== undefined);
    if (!known) sites.push({ range, isDefinition });
    else if (!known.isDefinition) sites[sites.indexOf(known)] = { ...known, range: known.range.union(range) };
  };
  for (const range of defined) add(around(range), true);
  for (const range of used) add(around(range), false);
  return sites.slice(0, SITES_MAX);
}

function wholeLines(document: vscode.TextDocument, { start, end }: vscode.Range): vscode.Range {
  return new vscode.Range(document.lineAt(start.line).range.start, document.lineAt(end.line).range.end);
}
