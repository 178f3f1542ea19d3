/**
 * What the chat page and the extension say to each other, and the check each side makes of what
 * it receives. A message that does not fit is dropped, never half used.
 *
 * Nothing here knows the editor or the page: both sides import this file. What the input says is in
 * composerMessages.ts.
 */

import { type Fields, isId, isLabel, isList, isOptional, isRecord, isText, isWebLink, limits } from "./checks";
import { KIND_SCOPES, type TokenKind } from "./colours/kinds";
import { isColour, type TokenColours } from "./colours/theme";
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
import {
  type Conversation,
  isConversation,
  isTurnEvent,
  isVerdict,
  type Kept,
  readKept,
  type TurnEvent,
  type Verdict,
} from "./turns";

/** An earlier question that is being edited, and what it says so far. */
export interface EditedQuestion {
  /** The turn's request where it is stored, else its id. */
  turn: string;
  text: string;
}

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
      edited: EditedQuestion | null;
    }
  | { type: "conversation"; conversation: Conversation }
  | { type: "events"; events: TurnEvent[] }
  /** The colours of code in the editor's theme, by the kind of token. */
  | { type: "colours"; colours: TokenColours }
  | ToComposer;

/** What is done with turns and their code. */
export type FromTurns =
  | { type: "stop" }
  | { type: "retry"; turn: string }
  /** Asks a question again, or differently when there is a text. */
  | { type: "askAgain"; turn: string; text?: string }
  /** An empty turn says that no question is being edited. */
  | ({ type: "editDraft" } & EditedQuestion)
  | { type: "remove"; turn: string }
  | { type: "show"; session: string }
  | { type: "vote"; turn: string; verdict: Verdict }
  | { type: "copy"; text: string }
  | { type: "insert"; text: string }
  | { type: "apply"; turn: string; text: string; file: string }
  | { type: "newFile"; text: string; language: string }
  | { type: "openLink"; url: string };

/** From the page to the extension. */
export type FromPage = { type: "ready"; kept: Kept | null } | FromTurns | FromComposer;

/** The message when it is one the extension may receive, else `undefined`. */
export function readFromPage(value: unknown): FromPage | undefined {
  if (!isRecord(value)) return undefined;
  const message = value;
  switch (message.type) {
    case "ready":
      return { type: "ready", kept: readKept(message.kept) ?? null };
    case "retry":
    case "remove":
      return isId(message.turn) ? { type: message.type, turn: message.turn } : undefined;
    case "askAgain": {
      const { turn, text } = message;
      if (!isId(turn) || !isOptional(text, isQuestion)) return undefined;
      return { type: "askAgain", turn, ...(text !== undefined && { text }) };
    }
    case "editDraft": {
      const { turn, text } = message;
      return (turn === "" || isId(turn)) && isQuestion(text) ? { type: "editDraft", turn, text } : undefined;
    }
    case "show":
      return isId(message.session) ? { type: "show", session: message.session } : undefined;
    case "vote": {
      const { turn, verdict } = message;
      return isId(turn) && isVerdict(verdict) ? { type: "vote", turn, verdict } : undefined;
    }
    case "apply": {
      const { turn, text, file } = message;
      return isId(turn) && isText(text) && isLabel(file) ? { type: "apply", turn, text, file } : undefined;
    }
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
      const { texts, conversation, suggestions, chips, sendWith, draft, edited } = message;
      return isTexts(texts) &&
        isConversation(conversation) &&
        isSuggestions(suggestions) &&
        isChips(chips) &&
        isSendWith(sendWith) &&
        isQuestion(draft) &&
        (edited === null || isEdited(edited))
        ? { type: "init", texts, conversation, suggestions, chips, sendWith, draft, edited }
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
    case "colours":
      return isRecord(message.colours) ? { type: "colours", colours: readColours(message.colours) } : undefined;
    default:
      return readToComposer(message);
  }
}

/** Known kinds with a colour; others are passed over. */
function readColours(value: Fields): TokenColours {
  const kinds = Object.keys(KIND_SCOPES) as TokenKind[];
  return Object.fromEntries(kinds.flatMap((kind) => (isColour(value[kind]) ? [[kind, value[kind]]] : [])));
}

function isQuestion(value: unknown): value is string {
  return isText(value, limits.questionCharactersMax);
}

function isEdited(value: unknown): value is EditedQuestion {
  return isRecord(value) && isId(value.turn) && isQuestion(value.text);
}
