/**
 * What the chat page and the extension say to each other, and the check each side makes of what
 * it receives. A message that does not fit is dropped, never half used.
 *
 * Nothing here knows the editor or the page: both sides import this file.
 */

/** Where a question and its answer stand. */
export type TurnState =
  /** Asked; nothing has come back. `line` says what it waits for, such as a place in the queue. */
  | { kind: "waiting"; line: string }
  | { kind: "answering" }
  | { kind: "done" }
  | { kind: "stopped" }
  | { kind: "failed"; sentence: string; code: string };

/** One question and its answer. */
export interface Turn {
  id: string;
  user: string;
  /** Labels of the code that went along, such as `calc.py 10–24`. */
  context: string[];
  answer: string;
  /** Grey lines under the answer. */
  notes: string[];
  state: TurnState;
}

/** Everything the page shows of one conversation. */
export interface Conversation {
  /** The id the server knows it by; absent before the first question. */
  session?: string;
  turns: Turn[];
  /** A grey line above the turns, such as that the server has forgotten them. */
  line?: string;
}

/** What happens to one turn. */
export type TurnEvent =
  | { kind: "asked"; turn: string; user: string; context: string[] }
  | { kind: "waiting"; turn: string; line: string }
  | { kind: "text"; turn: string; text: string }
  | { kind: "note"; turn: string; line: string }
  | { kind: "done"; turn: string }
  | { kind: "stopped"; turn: string }
  | { kind: "failed"; turn: string; sentence: string; code: string }
  | { kind: "removed"; turn: string };

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

/** Every fixed text of the page, in the editor's language. */
export interface Texts {
  placeholder: string;
  inputLabel: string;
  send: string;
  stop: string;
  removeContext: string;
  copy: string;
  copied: string;
  insert: string;
  newFile: string;
  copyAnswer: string;
  retry: string;
  stopped: string;
  thinking: string;
  emptyTitle: string;
  emptyHint: string;
  you: string;
  answerOf: string;
  conversation: string;
  code: string;
  newest: string;
}

/** What the page keeps in the editor's own store and hands back when it is loaded again. */
export interface Kept {
  session?: string;
  turns: Turn[];
}

/** From the extension to the page. */
export type ToPage =
  | {
      type: "init";
      texts: Texts;
      conversation: Conversation;
      suggestions: Suggestion[];
      chip: Chip | null;
      /** What was typed and not sent before the page was loaded. */
      draft: string;
    }
  | { type: "conversation"; conversation: Conversation }
  | { type: "events"; events: TurnEvent[] }
  | { type: "chip"; chip: Chip | null }
  | { type: "suggestions"; suggestions: Suggestion[] }
  | { type: "focus" };

/** What a question is about: the chip's code, the open file, or nothing but itself. */
export type About = "chip" | "file" | "nothing";

/** From the page to the extension. */
export type FromPage =
  | { type: "ready"; kept: Kept | null }
  | { type: "draft"; text: string }
  | { type: "send"; text: string; about: About }
  | { type: "stop" }
  | { type: "retry"; turn: string }
  | { type: "removeChip" }
  | { type: "copy"; text: string }
  | { type: "insert"; text: string }
  | { type: "newFile"; text: string; language: string }
  | { type: "openLink"; url: string };

/** The most either side takes. What is over a limit is not a message of ours. */
export const limits = {
  textCharactersMax: 4_000_000,
  questionCharactersMax: 100_000,
  labelCharactersMax: 4_096,
  turnsMax: 2_000,
  eventsMax: 5_000,
  listMax: 100,
  idCharactersMax: 64,
} as const;

/** The message when it is one the extension may receive, else `undefined`. */
export function readFromPage(value: unknown): FromPage | undefined {
  if (!isRecord(value)) return undefined;
  const message = value;
  switch (message.type) {
    case "ready":
      return { type: "ready", kept: readKept(message.kept) ?? null };
    case "send":
      return isText(message.text, limits.questionCharactersMax) && isAbout(message.about)
        ? { type: "send", text: message.text, about: message.about }
        : undefined;
    case "draft":
      return isText(message.text, limits.questionCharactersMax) ? { type: "draft", text: message.text } : undefined;
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
    case "removeChip":
      return { type: message.type };
    default:
      return undefined;
  }
}

/** The message when it is one the page may receive, else `undefined`. */
export function readToPage(value: unknown): ToPage | undefined {
  if (!isRecord(value)) return undefined;
  const message = value;
  switch (message.type) {
    case "init": {
      const { texts, conversation, suggestions, chip, draft } = message;
      return isTexts(texts) &&
        isConversation(conversation) &&
        isList(suggestions, limits.listMax, isSuggestion) &&
        (chip === null || isChip(chip)) &&
        isText(draft, limits.questionCharactersMax)
        ? { type: "init", texts, conversation, suggestions, chip, draft }
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
    case "chip":
      return message.chip === null || isChip(message.chip) ? { type: "chip", chip: message.chip } : undefined;
    case "suggestions":
      return isList(message.suggestions, limits.listMax, isSuggestion)
        ? { type: "suggestions", suggestions: message.suggestions }
        : undefined;
    case "focus":
      return { type: "focus" };
    default:
      return undefined;
  }
}

/** What an earlier page kept, when it is still readable. */
export function readKept(value: unknown): Kept | undefined {
  if (!isRecord(value)) return undefined;
  const { session, turns } = value;
  if (!(session === undefined || isId(session))) return undefined;
  if (!isList(turns, limits.turnsMax, isTurn)) return undefined;
  return session === undefined ? { turns } : { session, turns };
}

/** Whether a link may be opened: plain web addresses only. */
export function isWebLink(url: string): boolean {
  if (!/^https?:\/\//i.test(url)) return false;
  return URL.canParse(url);
}

type Fields = Record<string, unknown>;

function isRecord(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isText(value: unknown, max: number = limits.textCharactersMax): value is string {
  return typeof value === "string" && value.length <= max;
}

function isId(value: unknown): value is string {
  return isText(value, limits.idCharactersMax) && /^[A-Za-z0-9_-]+$/.test(value);
}

function isAbout(value: unknown): value is About {
  return value === "chip" || value === "file" || value === "nothing";
}

function isList<T>(value: unknown, max: number, is: (item: unknown) => item is T): value is T[] {
  return Array.isArray(value) && value.length <= max && value.every(is);
}

function isLabel(value: unknown): value is string {
  return isText(value, limits.labelCharactersMax);
}

function isTurnState(value: unknown): value is TurnState {
  if (!isRecord(value)) return false;
  switch (value.kind) {
    case "waiting":
      return isLabel(value.line);
    case "failed":
      return isLabel(value.sentence) && isLabel(value.code);
    case "answering":
    case "done":
    case "stopped":
      return true;
    default:
      return false;
  }
}

function isTurn(value: unknown): value is Turn {
  return (
    isRecord(value) &&
    isId(value.id) &&
    isText(value.user) &&
    isList(value.context, limits.listMax, isLabel) &&
    isText(value.answer) &&
    isList(value.notes, limits.listMax, isLabel) &&
    isTurnState(value.state)
  );
}

function isConversation(value: unknown): value is Conversation {
  return (
    isRecord(value) &&
    (value.session === undefined || isId(value.session)) &&
    isList(value.turns, limits.turnsMax, isTurn) &&
    (value.line === undefined || isLabel(value.line))
  );
}

function isTurnEvent(value: unknown): value is TurnEvent {
  if (!isRecord(value) || !isId(value.turn)) return false;
  switch (value.kind) {
    case "asked":
      return isText(value.user) && isList(value.context, limits.listMax, isLabel);
    case "waiting":
    case "note":
      return isLabel(value.line);
    case "text":
      return isText(value.text);
    case "failed":
      return isLabel(value.sentence) && isLabel(value.code);
    case "done":
    case "stopped":
    case "removed":
      return true;
    default:
      return false;
  }
}

function isChip(value: unknown): value is Chip {
  return isRecord(value) && isLabel(value.label) && isLabel(value.title);
}

function isSuggestion(value: unknown): value is Suggestion {
  return isRecord(value) && isLabel(value.text) && typeof value.aboutFile === "boolean";
}

const TEXT_NAMES: readonly (keyof Texts)[] = [
  "placeholder",
  "inputLabel",
  "send",
  "stop",
  "removeContext",
  "copy",
  "copied",
  "insert",
  "newFile",
  "copyAnswer",
  "retry",
  "stopped",
  "thinking",
  "emptyTitle",
  "emptyHint",
  "you",
  "answerOf",
  "conversation",
  "code",
  "newest",
];

function isTexts(value: unknown): value is Texts {
  return isRecord(value) && TEXT_NAMES.every((name) => isLabel(value[name]));
}
