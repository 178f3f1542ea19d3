/**
 * What can stand behind an `@` beside names of files and definitions, and how a query is read. Pure:
 * the words come from outside.
 */

import type { ChipKind, Offer } from "../composerMessages";
import { beginsLike } from "../hangul";

/** What is found by a name. */
export type NamedKind = "file" | "folder" | "symbol";

/** What is there or not, under a name of its own. */
export type SingleKind = "problems" | "terminal" | "git";

export type CategoryKind = NamedKind | SingleKind;

/** In both languages: who types Korean need not change the keyboard, and nobody the other way. */
const NAMES: readonly (readonly [CategoryKind, readonly string[]])[] = [
  ["file", ["file", "파일"]],
  ["folder", ["folder", "폴더"]],
  ["symbol", ["symbol", "심벌", "기호"]],
  ["problems", ["problems", "문제"]],
  ["terminal", ["terminal", "터미널"]],
  ["git", ["git", "변경"]],
];

export function isNamed(kind: ChipKind | CategoryKind): kind is NamedKind {
  return kind === "file" || kind === "folder" || kind === "symbol";
}

/** What a query asks for. */
export interface MentionQuery {
  /** Only this, as in `@file:calc`. */
  only: NamedKind | undefined;
  text: string;
}

export function readQuery(query: string): MentionQuery {
  const [, word, text = ""] = /^(\p{L}+):(.*)$/u.exec(query) ?? [];
  const named = NAMES.find(([kind, names]) => isNamed(kind) && word !== undefined && names.includes(fold(word)));
  const kind = named?.[0];
  return kind !== undefined && isNamed(kind) ? { only: kind, text } : { only: undefined, text: query };
}

/** The categories whose name begins like the query, as rows; `describe` says what one is for. */
export function categoryOffers(query: string, describe: (kind: CategoryKind) => string): Offer[] {
  const typed = fold(query);
  return NAMES.filter(([, names]) => names.some((name) => beginsLike(name, typed))).map(([kind, [name = ""]]) => ({
    kind,
    label: `@${name}`,
    detail: describe(kind),
    positions: name.startsWith(typed) ? Array.from({ length: typed.length + 1 }, (_, at) => at) : [],
    insert: isNamed(kind) ? `@${name}:` : `@${name} `,
    goesOn: isNamed(kind),
  }));
}

function fold(text: string): string {
  return text.normalize("NFC").toLowerCase();
}
