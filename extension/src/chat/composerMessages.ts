/** What the page's input and the extension say to each other; a part of messages.ts. */

import { type Fields, isLabel, isList, isRecord, isText, limits } from "./checks";

/** The code that goes along with the next question, as a chip above the input. */
export interface Chip {
  label: string;
  /** The whole path, for the tooltip. */
  title: string;
}

/** One of the things to try in an empty conversation. */
export interface Suggestion {
  text: string;
  /** Whether the open file goes along. */
  aboutFile: boolean;
}

/** What a question is about: the chip's code, the open file, or nothing but itself. */
export type About = "chip" | "file" | "nothing";

/** From the extension to the input. */
export type ToComposer =
  | { type: "chip"; chip: Chip | null }
  | { type: "suggestions"; suggestions: Suggestion[] }
  | { type: "focus" };

/** From the input to the extension. */
export type FromComposer =
  | { type: "draft"; text: string }
  | { type: "send"; text: string; about: About }
  | { type: "removeChip" };

/** The message when it is one the extension may receive, else `undefined`. */
export function readFromComposer(message: Fields): FromComposer | undefined {
  switch (message.type) {
    case "send":
      return isText(message.text, limits.questionCharactersMax) && isAbout(message.about)
        ? { type: "send", text: message.text, about: message.about }
        : undefined;
    case "draft":
      return isText(message.text, limits.questionCharactersMax) ? { type: "draft", text: message.text } : undefined;
    case "removeChip":
      return { type: "removeChip" };
    default:
      return undefined;
  }
}

/** The message when it is one the page may receive, else `undefined`. */
export function readToComposer(message: Fields): ToComposer | undefined {
  switch (message.type) {
    case "chip":
      return message.chip === null || isChip(message.chip) ? { type: "chip", chip: message.chip } : undefined;
    case "suggestions":
      return isSuggestions(message.suggestions) ? { type: "suggestions", suggestions: message.suggestions } : undefined;
    case "focus":
      return { type: "focus" };
    default:
      return undefined;
  }
}

export function isChip(value: unknown): value is Chip {
  return isRecord(value) && isLabel(value.label) && isLabel(value.title);
}

export function isSuggestions(value: unknown): value is Suggestion[] {
  return isList(value, limits.listMax, isSuggestion);
}

function isSuggestion(value: unknown): value is Suggestion {
  return isRecord(value) && isLabel(value.text) && typeof value.aboutFile === "boolean";
}

function isAbout(value: unknown): value is About {
  return value === "chip" || value === "file" || value === "nothing";
}
