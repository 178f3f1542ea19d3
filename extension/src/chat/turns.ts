/** A conversation as the page shows it, what may happen to it, and the checks of both. */

import { isId, isLabel, isList, isRecord, isText, limits } from "./checks";

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

/** What the page keeps in the editor's own store and hands back when it is loaded again. */
export interface Kept {
  session?: string;
  turns: Turn[];
}

/** What an earlier page kept, when it is still readable. */
export function readKept(value: unknown): Kept | undefined {
  if (!isRecord(value)) return undefined;
  const { session, turns } = value;
  if (!(session === undefined || isId(session))) return undefined;
  if (!isList(turns, limits.turnsMax, isTurn)) return undefined;
  return session === undefined ? { turns } : { session, turns };
}

export function isConversation(value: unknown): value is Conversation {
  return (
    isRecord(value) &&
    (value.session === undefined || isId(value.session)) &&
    isList(value.turns, limits.turnsMax, isTurn) &&
    (value.line === undefined || isLabel(value.line))
  );
}

export function isTurnEvent(value: unknown): value is TurnEvent {
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
