/** A conversation as the page shows it, what may happen to it, and the checks of both. */

import { isId, isLabel, isList, isOptional, isRecord, isText, limits } from "./checks";

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
  /** The id the server stored it under; absent for what it never stored. */
  request?: string;
  /** What the answer took, in one line. */
  facts?: string;
  /** What the user thinks of the answer. */
  verdict?: Verdict;
}

export type Verdict = "up" | "down";

/** The versions of a conversation from one place on. */
export interface Branch {
  /** The request of the last turn they share; empty when they share none. */
  after: string;
  /** The conversations, the first one first. */
  sessions: string[];
  /** Which of them is shown, counted from 0. */
  at: number;
}

/** Everything the page shows of one conversation. */
export interface Conversation {
  /** The id the server knows it by; absent before the first question. */
  session?: string;
  turns: Turn[];
  /** A grey line above the turns, such as that the server has forgotten them. */
  line?: string;
  /** Where this conversation has other versions. */
  branches?: Branch[];
}

/** What happens to one turn. */
export type TurnEvent =
  | { kind: "asked"; turn: string; user: string; context: string[] }
  | { kind: "waiting"; turn: string; line: string }
  | { kind: "text"; turn: string; text: string }
  | { kind: "note"; turn: string; line: string }
  | { kind: "done"; turn: string; request?: string; facts?: string }
  | { kind: "voted"; turn: string; verdict: Verdict }
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
  if (!isOptional(session, isId)) return undefined;
  if (!isList(turns, limits.turnsMax, isTurn)) return undefined;
  return session === undefined ? { turns } : { session, turns };
}

export function isConversation(value: unknown): value is Conversation {
  return (
    isRecord(value) &&
    isOptional(value.session, isId) &&
    isList(value.turns, limits.turnsMax, isTurn) &&
    isOptional(value.line, isLabel) &&
    isOptional(value.branches, (branches) => isList(branches, limits.listMax, isBranch))
  );
}

export function isVerdict(value: unknown): value is Verdict {
  return value === "up" || value === "down";
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
      return isOptional(value.request, isId) && isOptional(value.facts, isLabel);
    case "voted":
      return isVerdict(value.verdict);
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
    isTurnState(value.state) &&
    isOptional(value.request, isId) &&
    isOptional(value.facts, isLabel) &&
    isOptional(value.verdict, isVerdict)
  );
}

function isBranch(value: unknown): value is Branch {
  return (
    isRecord(value) &&
    isText(value.after, limits.idCharactersMax) &&
    isList(value.sessions, limits.branchesMax, isId) &&
    Number.isSafeInteger(value.at)
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
