/** The rows of the list behind an `@`, and what each of them brings along when it is chosen. */

import { l10n } from "vscode";
import type { Ctx } from "../../ctx";
import type { FoundFile, FoundSymbol } from "../../engine";
import type { Offer } from "../composerMessages";
import { fileName } from "../labels";
import { type CategoryKind, categoryOffers, isNamed, type NamedKind, readQuery, type SingleKind } from "./categories";
import { type Found, fileAt, folderAt, symbolAt } from "./files";
import { gitChanges } from "./git";
import { problems } from "./problems";
import { lastCommand } from "./terminal";

/** A row, and what choosing it brings along; nothing for one that only goes on. */
export interface Mention {
  offer: Offer;
  find?: () => Promise<Found>;
}

const FILES_MAX = 20;
const SYMBOLS_MAX = 12;
const FOLDERS_MAX = 20;
/** Folders have no index of their own: they are those of the files that fit. */
const FILES_FOR_FOLDERS_MAX = 200;

export async function mentions(ctx: Ctx, query: string): Promise<Mention[]> {
  const { only, text } = readQuery(query);
  if (only) return named(ctx, only, text);
  const categories = categoryOffers(text, describe).map((offer) => categoryMention(ctx, offer));
  const all = await Promise.all([named(ctx, "file", text), text === "" ? [] : named(ctx, "symbol", text)]);
  return [...categories, ...all.flat()];
}

/** An engine that is not there finds nothing, and says so when it is asked a question. */
async function named(ctx: Ctx, kind: NamedKind, query: string): Promise<Mention[]> {
  try {
    switch (kind) {
      case "file":
        return (await ctx.engine.findFiles(query, FILES_MAX)).map((file) => fileMention(ctx, file));
      case "symbol":
        return (await ctx.engine.findSymbols(query, SYMBOLS_MAX)).map((one) => symbolMention(ctx, one));
      case "folder":
        return foldersOf(await ctx.engine.findFiles(query, FILES_FOR_FOLDERS_MAX), query).map((folder) =>
          folderMention(ctx, folder),
        );
    }
  } catch {
    return [];
  }
}

function categoryMention(ctx: Ctx, offer: Offer): Mention {
  const kind = offer.kind as CategoryKind;
  return isNamed(kind) ? { offer } : { offer, find: () => single(ctx, kind) };
}

function single(ctx: Ctx, kind: SingleKind): Promise<Found> {
  switch (kind) {
    case "problems":
      return problems(ctx);
    case "terminal":
      return lastCommand();
    case "git":
      return gitChanges(ctx);
  }
}

function fileMention(ctx: Ctx, { path, folder, positions }: FoundFile): Mention {
  const label = fileName(path);
  const before = path.length - label.length;
  const offer: Offer = {
    kind: "file",
    label,
    detail: path.slice(0, Math.max(before - 1, 0)),
    positions: positions.map((at) => at - before).filter((at) => at >= 0),
    insert: `@${label} `,
    goesOn: false,
  };
  return { offer, find: () => fileAt(ctx, { path, folder }) };
}

function symbolMention(ctx: Ctx, symbol: FoundSymbol): Mention {
  const { name, path, folder, startLine, endLine, positions } = symbol;
  const offer: Offer = {
    kind: "symbol",
    label: name,
    detail: `${path}:${startLine}`,
    positions,
    insert: `@${name} `,
    goesOn: false,
  };
  const place = { path, startLine, endLine, ...(folder !== undefined && { folder }) };
  return { offer, find: () => symbolAt(ctx, name, place) };
}

interface Folder {
  root: string;
  path: string;
}

/** The folders that files are in, and those above them, when their own path has the letters of the query. */
function foldersOf(files: readonly FoundFile[], query: string): Folder[] {
  const found = new Map<string, Folder>();
  for (const { path, folder: root } of files) {
    const parts = path.split("/").slice(0, -1);
    for (let depth = 1; depth <= parts.length; depth++) {
      const one = parts.slice(0, depth).join("/");
      if (hasInOrder(one, query)) found.set(`${root} ${one}`, { root, path: one });
    }
  }
  return [...found.values()].sort((a, b) => a.path.length - b.path.length).slice(0, FOLDERS_MAX);
}

function hasInOrder(text: string, letters: string): boolean {
  const within = text.normalize("NFD").toLowerCase();
  let at = 0;
  for (const letter of letters.normalize("NFD").toLowerCase()) {
    at = within.indexOf(letter, at) + 1;
    if (at === 0) return false;
  }
  return true;
}

function folderMention(ctx: Ctx, { root, path }: Folder): Mention {
  const offer: Offer = {
    kind: "folder",
    label: `${path}/`,
    detail: fileName(root),
    positions: [],
    insert: `@${path}/ `,
    goesOn: false,
  };
  return { offer, find: () => folderAt(ctx, root, path) };
}

function describe(kind: CategoryKind): string {
  switch (kind) {
    case "file":
      return l10n.t("A file of the workspace");
    case "folder":
      return l10n.t("A folder and what is in it");
    case "symbol":
      return l10n.t("A function, class or other definition");
    case "problems":
      return l10n.t("What the editor's Problems view lists");
    case "terminal":
      return l10n.t("What the last command in the terminal wrote");
    case "git":
      return l10n.t("What has changed and is not committed");
  }
}
