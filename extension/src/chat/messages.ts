/**
 * What the chat page and the extension say to each other, and the check each side makes of what
 * it receives. A message that does not fit is dropped, never half used.
 *
 * Nothing here knows the editor or the page: both sides import this file. What the input says is in
 * composerMessages.ts.
 */

import { isId, isList, isRecord, isText, isWebLink, limits } from "./checks";
import {
  type Chip,
  type FromComposer,
  isChips,
  isSendWith,
  isSuggestions,
  readFromComposer,
  readToComposer,
  type SendWith,
  type Suggestion,
  type ToComposer,
} from "./composerMessages";
import { isTexts, type Texts } from "./pageTexts";
import { type Conversation, isConversation, isTurnEvent, type Kept, readKept, type TurnEvent } from "./turns";

/** From the extension to the page. */
export type ToPage =
  | {
      type: "init";
      texts: Texts;
      conversation: Conversation;
      suggestions: Suggestion[];
      chips: Chip[];
      sendWith: SendWith;
      /** What was typed and not sent before the page was loaded. */
      draft: string;
    }
  | { type: "conversation"; conversation: Conversation }
  | { type: "events"; events: TurnEvent[] }
  | ToComposer;

/** From the page to the extension. */
export type FromPage =
  | { type: "ready"; kept: Kept | null }
  | { type: "stop" }
  | { type: "retry"; turn: string }
  | { type: "copy"; text: string }
  | { type: "insert"; text: string }
  | { type: "newFile"; text: string; language: string }
  | { type: "openLink"; url: string }
  | FromComposer;

/** The message when it is one the extension may receive, else `undefined`. */
export function readFromPage(value: unknown): FromPage | undefined {
  if (!isRecord(value)) return undefined;
  const message = value;
  switch (message.type) {
    case "ready":
      return { type: "ready", kept: readKept(message.kept) ?? null };
    case "retry":
      return isId(message.turn) ? { type: "retry", turn: message.turn } : undefined;
    case "copy":
    case "insert":
      return isText(message.text) ? { type: message.type, text: message.text } : undefined;
    case "newFile":
      return isText(message.text) && isText(message.language, limits.idCharactersMax)
        ? { type: "newFile", text: message.text, language: message.language }
        : undefined;
    case "openLink":
      return isText(message.url, 8_192) && isWebLink(message.url) ? { type: "openLink", url: message.url } : undefined;
    case "stop":
      return { type: "stop" };
    default:
      return readFromComposer(message);
  }
}

/** The message when it is one the page may receive, else `undefined`. */
export function readToPage(value: unknown): ToPage | undefined {
  if (!isRecord(value)) return undefined;
  const message = value;
  switch (message.type) {
    case "init": {
      const { texts, conversation, suggestions, chips, sendWith, draft } = message;
      return isTexts(texts) &&
        isConversation(conversation) &&
        isSuggestions(suggestions) &&
        isChips(chips) &&
        isSendWith(sendWith) &&
        isText(draft, limits.questionCharactersMax)
        ? { type: "init", texts, conversation, suggestions, chips, sendWith, draft }
        : undefined;
    }
    case "conversation":
      return isConversation(message.conversation)
        ? { type: "conversation", conversation: message.conversation }
        : undefined;
    case "events":
      return isList(message.events, limits.eventsMax, isTurnEvent)
        ? { type: "events", events: message.events }
        : undefined;
    default:
      return readToComposer(message);
  }
}
