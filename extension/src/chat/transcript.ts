/**
 * The conversation as a pure function of what happened to it. The extension and the page run the
 * same one, so that a page that was closed and opened again shows what it would have shown.
 *
 * A turn that no event touched stays the same object: that is how the page knows what not to draw
 * again.
 */

import { limits } from "./checks";
import type { Conversation, Kept, Turn, TurnEvent, TurnState } from "./turns";

/** The conversation after these events. Events of a turn it does not hold change nothing. */
export function apply(conversation: Conversation, events: readonly TurnEvent[]): Conversation {
  let turns = conversation.turns;
  for (const event of events) {
    turns = applyOne(turns, event);
  }
  return turns === conversation.turns ? conversation : { ...conversation, turns };
}

/** Whether an answer is under way. */
export function isBusy(conversation: Conversation): boolean {
  return conversation.turns.some((turn) => isOpen(turn.state));
}

/** A turn as the server remembers it. */
export interface Remembered {
  request: string;
  user: string;
  context: string[];
  answer: string;
}

/**
 * The turns to show after a reload. The server is right about what was said; but when all it
 * remembers is also what the page kept, the page's own turns are shown, since among them are the
 * stopped and failed ones that the server never stored.
 */
export function restore(kept: readonly Turn[], log: readonly Remembered[]): Turn[] {
  if (isRemembered(kept, log)) return withRequests(settle(kept), log);
  return log.map((turn, at) => ({
    id: `remembered-${at}`,
    request: turn.request,
    user: turn.user,
    context: turn.context,
    answer: turn.answer,
    notes: [],
    state: { kind: "done" },
  }));
}

/** Whether the finished turns are just those the server remembers. */
export function isRemembered(turns: readonly Turn[], log: readonly Remembered[]): boolean {
  const finished = turns.filter((turn) => turn.state.kind === "done");
  return (
    finished.length === log.length &&
    finished.every((turn, at) => turn.user === log[at]?.user && turn.answer === log[at]?.answer)
  );
}

/** Kept turns whose answer was under way when the page went: nobody is answering them any more. */
export function settle(turns: readonly Turn[]): Turn[] {
  return turns.map((turn) => (isOpen(turn.state) ? { ...turn, state: { kind: "stopped" } as const } : turn));
}

/** A page may have gone before it heard what the server stored its last turn under. */
function withRequests(turns: readonly Turn[], log: readonly Remembered[]): Turn[] {
  let next = 0;
  return turns.map((turn) => {
    const request = turn.state.kind === "done" ? log[next++]?.request : undefined;
    return request === undefined ? turn : { ...turn, request };
  });
}

/** What is worth keeping for the next load: the newest turns, within a bound of characters. */
export function toKeep(conversation: Conversation, charactersMax: number): Kept {
  const turns: Turn[] = [];
  let room = charactersMax;
  for (const turn of conversation.turns.toReversed()) {
    room -= turn.user.length + turn.answer.length;
    if (room < 0) break;
    turns.unshift(turn);
  }
  const { session } = conversation;
  return session === undefined ? { turns } : { session, turns };
}

function isOpen(state: TurnState): boolean {
  return state.kind === "waiting" || state.kind === "answering";
}

function applyOne(turns: Turn[], event: TurnEvent): Turn[] {
  if (event.kind === "asked") {
    const { turn: id, user, context } = event;
    if (turns.some((turn) => turn.id === id)) return turns;
    const asked: Turn = { id, user, context, answer: "", notes: [], state: { kind: "waiting", line: "" } };
    return [...turns, asked].slice(-limits.turnsMax);
  }
  const at = turns.findLastIndex((turn) => turn.id === event.turn);
  const turn = turns[at];
  if (turn === undefined) return turns;
  if (event.kind === "removed") return turns.toSpliced(at, 1);
  if (event.kind === "note" && turn.notes.includes(event.line)) return turns;
  // A turn that has ended hears nothing more but what is said about it: a stopped answer stays stopped.
  if (!isOpen(turn.state) && event.kind !== "note" && event.kind !== "voted") return turns;
  return turns.with(at, changed(turn, event));
}

function changed(turn: Turn, event: Exclude<TurnEvent, { kind: "asked" | "removed" }>): Turn {
  switch (event.kind) {
    case "waiting":
      return { ...turn, state: { kind: "waiting", line: event.line } };
    case "text":
      return { ...turn, answer: turn.answer + event.text, state: { kind: "answering" } };
    case "note":
      return { ...turn, notes: [...turn.notes, event.line] };
    case "done": {
      const { request, facts } = event;
      return { ...turn, state: { kind: "done" }, ...(request && { request }), ...(facts && { facts }) };
    }
    case "voted":
      return { ...turn, verdict: event.verdict };
    case "stopped":
      return { ...turn, state: { kind: "stopped" } };
    case "failed":
      return { ...turn, state: { kind: "failed", sentence: event.sentence, code: event.code } };
  }
}
