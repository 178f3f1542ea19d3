/** What the page's input and the extension say to each other; a part of messages.ts. */

import { type Fields, isLabel, isList, isRecord, isText, limits } from "./checks";

const CHIP_KINDS = ["selection", "file", "folder", "symbol", "problems", "terminal", "git"] as const;

export type ChipKind = (typeof CHIP_KINDS)[number];

/** A piece of what goes along with the next question, as a chip above the input. */
export interface Chip {
  id: string;
  kind: ChipKind;
  label: string;
  /** What is sent, for the tooltip: the whole path, the lines, about how many tokens. */
  title: string;
}

/** One of the things to try in an empty conversation. */
export interface Suggestion {
  text: string;
  /** Whether the open file goes along. */
  aboutFile: boolean;
}

/** What a question is about: what the chips stand for, the open file, or nothing but itself. */
export type About = "chips" | "file" | "nothing";

/** What the input offers to complete: what goes along, or what to do. */
export type Trigger = "@" | "/";

const OFFER_KINDS = [...CHIP_KINDS, "command", "prompt"] as const;

/** A row of the list above the input. */
export interface Offer {
  kind: (typeof OFFER_KINDS)[number];
  label: string;
  /** Where it is, or what it does. */
  detail: string;
  /** UTF-16 units of the label that match what was typed. */
  positions: number[];
  /** What takes the place of what was typed. */
  insert: string;
  /** Whether the list goes on with what was inserted, as for `@file:`. */
  goesOn: boolean;
}

/** Which keys send; the other one of Enter and Ctrl+Enter starts a new line, or sends as well. */
export type SendWith = "enter" | "ctrlEnter";

/** From the extension to the input. */
export type ToComposer =
  | { type: "chips"; chips: Chip[] }
  | { type: "suggestions"; suggestions: Suggestion[] }
  /** The answer to `complete`; the newest question is the one that counts. */
  | { type: "offers"; ask: number; offers: Offer[] }
  /** One line above the input, said to screen readers as well; empty for none. */
  | { type: "notice"; line: string }
  /** What was sent comes back, since it could not be done. */
  | { type: "takeBack"; text: string }
  /** What was pasted has become a chip; the text need not stand in the question as well. */
  | { type: "pastedAsChip"; text: string }
  | { type: "sendWith"; sendWith: SendWith }
  | { type: "focus" };

/** From the input to the extension. */
export type FromComposer =
  | { type: "draft"; text: string }
  | { type: "send"; text: string; about: About }
  | { type: "removeChip"; id: string }
  | { type: "complete"; ask: number; trigger: Trigger; query: string }
  /** The row of that answer was chosen. */
  | { type: "choose"; ask: number; at: number }
  | { type: "pasted"; text: string }
  | { type: "dropped"; uris: string[] };

/** The most either side takes of these. */
export const composerLimits = {
  chipsMax: 24,
  offersMax: 50,
  queryCharactersMax: 200,
  pastedCharactersMax: 100_000,
  urisMax: 50,
} as const;

/** The message when it is one the extension may receive, else `undefined`. */
export function readFromComposer(message: Fields): FromComposer | undefined {
  const { type } = message;
  switch (type) {
    case "send":
      return isText(message.text, limits.questionCharactersMax) && isAbout(message.about)
        ? { type, text: message.text, about: message.about }
        : undefined;
    case "draft":
      return isText(message.text, limits.questionCharactersMax) ? { type, text: message.text } : undefined;
    case "removeChip":
      return isLabel(message.id) ? { type, id: message.id } : undefined;
    case "complete": {
      const { ask, trigger, query } = message;
      return isCount(ask) && isTrigger(trigger) && isText(query, composerLimits.queryCharactersMax)
        ? { type, ask, trigger, query }
        : undefined;
    }
    case "choose":
      return isCount(message.ask) && isCount(message.at) ? { type, ask: message.ask, at: message.at } : undefined;
    case "pasted":
      return isText(message.text, composerLimits.pastedCharactersMax) ? { type, text: message.text } : undefined;
    case "dropped":
      return isList(message.uris, composerLimits.urisMax, isLabel) ? { type, uris: message.uris } : undefined;
    default:
      return undefined;
  }
}

/** The message when it is one the page may receive, else `undefined`. */
export function readToComposer(message: Fields): ToComposer | undefined {
  const { type } = message;
  switch (type) {
    case "chips":
      return isChips(message.chips) ? { type, chips: message.chips } : undefined;
    case "suggestions":
      return isSuggestions(message.suggestions) ? { type, suggestions: message.suggestions } : undefined;
    case "offers":
      return isCount(message.ask) && isList(message.offers, composerLimits.offersMax, isOffer)
        ? { type, ask: message.ask, offers: message.offers }
        : undefined;
    case "notice":
      return isLabel(message.line) ? { type, line: message.line } : undefined;
    case "takeBack":
    case "pastedAsChip":
      return isText(message.text, limits.questionCharactersMax) ? { type, text: message.text } : undefined;
    case "sendWith":
      return isSendWith(message.sendWith) ? { type, sendWith: message.sendWith } : undefined;
    case "focus":
      return { type };
    default:
      return undefined;
  }
}

export function isChips(value: unknown): value is Chip[] {
  return isList(value, composerLimits.chipsMax, isChip);
}

export function isSuggestions(value: unknown): value is Suggestion[] {
  return isList(value, limits.listMax, isSuggestion);
}

export function isSendWith(value: unknown): value is SendWith {
  return value === "enter" || value === "ctrlEnter";
}

function isChip(value: unknown): value is Chip {
  return (
    isRecord(value) &&
    isLabel(value.id) &&
    isOneOf(CHIP_KINDS, value.kind) &&
    isLabel(value.label) &&
    isLabel(value.title)
  );
}

function isOffer(value: unknown): value is Offer {
  return (
    isRecord(value) &&
    isOneOf(OFFER_KINDS, value.kind) &&
    isLabel(value.label) &&
    isLabel(value.detail) &&
    isList(value.positions, limits.labelCharactersMax, isCount) &&
    isLabel(value.insert) &&
    typeof value.goesOn === "boolean"
  );
}

function isSuggestion(value: unknown): value is Suggestion {
  return isRecord(value) && isLabel(value.text) && typeof value.aboutFile === "boolean";
}

function isAbout(value: unknown): value is About {
  return value === "chips" || value === "file" || value === "nothing";
}

function isTrigger(value: unknown): value is Trigger {
  return value === "@" || value === "/";
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isOneOf<T extends string>(all: readonly T[], value: unknown): value is T {
  return all.some((one) => one === value);
}
