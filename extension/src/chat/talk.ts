/**
 * The conversation on the extension's side: asks the engine one question at a time, turns its
 * reply events into the events of transcript.ts, and comes back to a conversation after a reload.
 *
 * It knows no editor and no page. What it tells, it tells through `tell`; words come from outside.
 */

import type { ChatContext, Failure, Reply, ReplyEvent, Session } from "../engine";
import { batch, type Schedule } from "./batch";
import { limits } from "./checks";
import { contextLabel } from "./labels";
import type { ToPage } from "./messages";
import { apply, isRemembered, type Remembered, restore, settle } from "./transcript";
import type { Conversation, Kept, TurnEvent } from "./turns";

/** What a conversation needs of the engine. */
export interface TalkEngine {
  chat(request: { session: string; text: string; context: ChatContext[] }): Reply;
  session(id: string): Promise<Session | null>;
}

/** Sentences in the editor's language. */
export interface TalkWords {
  queued(place: number): string;
  warning(code: string): string;
  failed(failure: Failure): string;
  waitsForAnswer(): string;
  tooManyWait(): string;
  loading(): string;
  forgotten(): string;
  notReached(): string;
}

export interface TalkOptions {
  engine: TalkEngine;
  words: TalkWords;
  /** Where the id of the conversation outlives the window. */
  memory: { get(): string | undefined; set(session: string | undefined): void };
  tell: (message: Extract<ToPage, { type: "conversation" | "events" }>) => void;
  newId: () => string;
  /** When gathered pieces of an answer are told together. */
  schedule: Schedule;
}

export interface Talk {
  conversation(): Conversation;
  /** Brings back the remembered conversation, once; `kept` is what the page still has of it. */
  comeBack(kept: Kept | null): Promise<void>;
  /** Asks, after the answers already asked for. */
  ask(text: string, context: ChatContext[]): void;
  stop(): void;
  /** Asks a failed question again, in its place. */
  retry(turn: string): void;
  startNew(): void;
  /** Changes to a conversation the server has. */
  change(session: Session): void;
}

/** More questions than this never wait for an answer. */
const WAITING_MAX = 4;

interface Question {
  text: string;
  context: ChatContext[];
}

export function startTalk(options: TalkOptions): Talk {
  const { engine, words, memory, tell, newId } = options;
  const questions = new Map<string, Question>();
  let conversation: Conversation = { turns: [] };
  let cameBack = false;
  let waiting: string[] = [];
  let running: Reply | undefined;

  const news = batch<TurnEvent>(options.schedule, (gathered) => {
    const events = joinTexts(gathered);
    conversation = apply(conversation, events);
    tell({ type: "events", events });
  });
  const tellNow = (event: TurnEvent) => {
    news.add(event);
    news.flush();
  };
  const become = (next: Conversation) => {
    news.flush();
    conversation = next;
    memory.set(next.session);
    tell({ type: "conversation", conversation });
  };
  const leave = () => {
    waiting = [];
    questions.clear();
    running?.cancel();
  };

  async function comeBack(kept: Kept | null): Promise<void> {
    if (cameBack) return;
    cameBack = true;
    const session = memory.get();
    if (session === undefined) return;
    const keptTurns = kept?.session === session ? settle(kept.turns) : [];
    conversation = { session, turns: keptTurns, ...(keptTurns.length === 0 && { line: words.loading() }) };
    const found = await find(engine, session);
    if (conversation.session !== session) return;
    const askedSince = conversation.turns.slice(keptTurns.length);
    const turns = found.kind === "found" ? restore(keptTurns, remembered(found.session)) : keptTurns;
    const line = lineAbout(found.kind, turns.length, words);
    become({ session, turns: [...turns, ...askedSince], ...(line !== undefined && { line }) });
  }

  /** The server answers again: what is said of it must not stay as it was. */
  async function lookAgain(): Promise<void> {
    const { session, line } = conversation;
    if (session === undefined || line !== words.notReached()) return;
    const found = await find(engine, session);
    if (found.kind === "notReached" || conversation.session !== session) return;
    const { turns } = conversation;
    const log = found.kind === "found" ? remembered(found.session) : [];
    become({ session, turns, ...(!isRemembered(turns, log) && { line: words.forgotten() }) });
  }

  async function answerWaiting(): Promise<void> {
    const turn = waiting[0];
    const question = turn === undefined ? undefined : questions.get(turn);
    if (running || turn === undefined || !question) return;
    waiting.shift();
    news.add({ kind: "waiting", turn, line: "" });
    running = engine.chat({ session: conversation.session ?? newId(), ...question });
    await relay(running, turn, words, news.add);
    news.flush();
    running = undefined;
    // Only a failed question can be asked again.
    const failed = conversation.turns.some(({ id, state }) => id === turn && state.kind === "failed");
    if (!failed) questions.delete(turn);
    void lookAgain();
    void answerWaiting();
  }

  const ask = (text: string, context: ChatContext[]) => {
    void comeBack(null);
    if (conversation.session === undefined) become({ ...conversation, session: newId() });
    const turn = newId();
    questions.set(turn, { text, context });
    tellNow({ kind: "asked", turn, user: text, context: context.map(contextLabel) });
    if (waiting.length >= WAITING_MAX) {
      tellNow({ kind: "failed", turn, sentence: words.tooManyWait(), code: "too_many_waiting" });
      return;
    }
    waiting.push(turn);
    if (running) tellNow({ kind: "waiting", turn, line: words.waitsForAnswer() });
    else void answerWaiting();
  };

  return {
    conversation: () => conversation,
    ask,
    comeBack,
    stop: () => running?.cancel(),
    retry(id) {
      const turn = conversation.turns.find((one) => one.id === id);
      if (turn?.state.kind !== "failed") return;
      const question = questions.get(id) ?? { text: turn.user, context: [] };
      questions.delete(id);
      tellNow({ kind: "removed", turn: id });
      ask(question.text, question.context);
    },
    startNew() {
      cameBack = true;
      leave();
      become({ turns: [] });
    },
    change(session) {
      cameBack = true;
      leave();
      become({ session: session.id, turns: restore([], remembered(session)) });
    },
  };
}

/** Pulls a reply to its end and reports it as events of that turn. */
async function relay(reply: Reply, turn: string, words: TalkWords, report: (event: TurnEvent) => void): Promise<void> {
  try {
    for (let event = await reply.next(); event !== null; event = await reply.next()) {
      const news = newsOf(event, turn, words);
      if (news) report(news);
      if (event.kind === "done" || event.kind === "failed") return;
    }
    report({ kind: "stopped", turn });
  } catch (error) {
    const failure = { code: "internal", message: String(error) };
    report({ kind: "failed", turn, sentence: words.failed(failure), code: failure.code });
  }
}

function newsOf(event: ReplyEvent, turn: string, words: TalkWords): TurnEvent | undefined {
  switch (event.kind) {
    case "text":
      return { kind: "text", turn, text: event.text };
    case "queued":
      return { kind: "waiting", turn, line: words.queued(event.place) };
    case "warning":
      return { kind: "note", turn, line: words.warning(event.code) };
    case "done":
      return { kind: "done", turn };
    case "failed": {
      // A server's own words may stand in both, as many as it likes.
      const sentence = words.failed(event).slice(0, limits.labelCharactersMax);
      return { kind: "failed", turn, sentence, code: event.code.slice(0, limits.labelCharactersMax) };
    }
    case "completion":
    case "edit":
      return undefined;
  }
}

/** One piece of text for neighbouring pieces of the same answer. */
function joinTexts(events: readonly TurnEvent[]): TurnEvent[] {
  const joined: TurnEvent[] = [];
  for (const event of events) {
    const last = joined.at(-1);
    if (event.kind === "text" && last?.kind === "text" && last.turn === event.turn) {
      joined[joined.length - 1] = { ...last, text: last.text + event.text };
    } else {
      joined.push(event);
    }
  }
  return joined;
}

type Found = { kind: "found"; session: Session } | { kind: "forgotten" } | { kind: "notReached" };

async function find(engine: TalkEngine, id: string): Promise<Found> {
  try {
    const session = await engine.session(id);
    return session ? { kind: "found", session } : { kind: "forgotten" };
  } catch {
    return { kind: "notReached" };
  }
}

function lineAbout(found: Found["kind"], turns: number, words: TalkWords): string | undefined {
  if (found === "found") return undefined;
  if (turns > 0) return found === "forgotten" ? words.forgotten() : words.notReached();
  return found === "forgotten" ? undefined : words.failed({ code: "unreachable", message: "" });
}

function remembered(session: Session): Remembered[] {
  return session.log.slice(-limits.turnsMax).map((turn) => ({
    user: turn.user,
    context: turn.context.map(contextLabel),
    answer: turn.assistant,
  }));
}
