/**
 * The conversation on the extension's side: asks the engine one question at a time, turns its
 * reply events into the events of transcript.ts, and comes back to a conversation after a reload.
 *
 * It knows no editor and no page. What it tells, it tells through `tell`; words come from outside.
 */

import type { ChatContext, Reply, Session } from "../engine";
import { batch, type Schedule } from "./batch";
import { branchesOf, type Member } from "./branches";
import { contextLabel } from "./labels";
import type { ToPage } from "./messages";
import { joinTexts, type ReplyWords, relay } from "./relay";
import { contextOf, type Found, findSession, remembered } from "./remembered";
import { apply, isRemembered, restore, settle } from "./transcript";
import type { Conversation, Kept, Turn, TurnEvent, Verdict } from "./turns";
import type { Underway } from "./underway";

/** What a conversation needs of the engine. */
export interface TalkEngine {
  /** The same question under the same `request` is the same answer, from its beginning. */
  chat(request: { session: string; request?: string; text: string; context: ChatContext[] }): Reply;
  session(id: string): Promise<Session | null>;
  sessions(): Promise<Member[]>;
  /** A new conversation out of the turns up to `after`; out of none when it is absent. */
  forkSession(id: string, place: { after?: string }): Promise<{ id: string }>;
  deleteTurn(id: string, request: string): Promise<unknown>;
}

/** Sentences in the editor's language. */
export interface TalkWords extends ReplyWords {
  waitsForAnswer(): string;
  tooManyWait(): string;
  loading(): string;
  forgotten(): string;
  notReached(): string;
  versionsUnknown(): string;
}

export interface TalkOptions {
  engine: TalkEngine;
  words: TalkWords;
  /** Where the id of the conversation outlives the window. */
  memory: { get(): string | undefined; set(session: string | undefined): void };
  /** Where the question being answered outlives the window. */
  underway: Underway;
  tell: (message: Extract<ToPage, { type: "conversation" | "events" }>) => void;
  newId: () => string;
  /** When gathered pieces of an answer are told together. */
  schedule: Schedule;
}

/** What is asked of the server here rejects when it refuses; the conversation is then as it was. */
export interface Talk {
  conversation(): Conversation;
  /** Brings back the remembered conversation, once; `kept` is what the page still has of it. */
  comeBack(kept: Kept | null): Promise<void>;
  /** Asks, after the answers already asked for. */
  ask(text: string, context: ChatContext[]): void;
  stop(): void;
  /** Asks a failed question again, in its place. */
  retry(turn: string): void;
  /** Asks a question again or differently. What was answered stays, as another version. */
  askAgain(turn: string, text?: string): Promise<void>;
  /** Takes a question and its answer out of the conversation. */
  remove(turn: string): Promise<void>;
  /** Notes what the user thinks of an answer. */
  voted(turn: string, verdict: Verdict): void;
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
  const { engine, words, memory, underway, tell, newId } = options;
  const questions = new Map<string, Question>();
  /** Of questions that were asked already. */
  const replies = new Map<string, Reply>();
  let conversation: Conversation = { turns: [] };
  let cameBack = false;
  /** The server could not be asked what it remembers of this conversation. */
  let unsure = false;
  /** It could not be asked which other versions of the conversation there are. */
  let versionsUnknown = false;
  let waiting: string[] = [];
  let running: Reply | undefined;
  /** Asked again before anybody looks, so that the server does not let go of it; shown once the conversation is back. */
  let early = takeUp(engine, underway, memory.get());
  const letGo = () => {
    underway.end(false);
    running?.cancel();
    early?.reply.cancel();
    early = undefined;
  };

  const news = batch<TurnEvent>(options.schedule, (gathered) => {
    const events = joinTexts(gathered);
    conversation = apply(conversation, events);
    tell({ type: "events", events });
  });
  const tellNow = (event: TurnEvent) => {
    news.add(event);
    news.flush();
  };
  /** What was gathered comes first: it belongs to the conversation that another one is made of. */
  const become = (next: (now: Conversation) => Conversation) => {
    news.flush();
    conversation = next(conversation);
    memory.set(conversation.session);
    tell({ type: "conversation", conversation });
  };
  const leave = () => {
    waiting = [];
    unsure = false;
    versionsUnknown = false;
    questions.clear();
    letGo();
  };

  async function comeBack(kept: Kept | null): Promise<void> {
    if (cameBack) return;
    cameBack = true;
    const session = memory.get();
    if (session === undefined) return;
    const keptTurns = kept?.session === session ? settle(kept.turns) : [];
    conversation = { session, turns: keptTurns, ...(keptTurns.length === 0 && { line: words.loading() }) };
    const found = await findSession(engine, session);
    if (conversation.session !== session) return;
    const whole = found.kind === "found" ? restore(keptTurns, remembered(found.session)) : keptTurns;
    const turns = whole.filter(({ id }) => id !== early?.asked.turn);
    const line = lineAbout(found.kind, turns.length, words);
    unsure = found.kind === "notReached";
    become((now) => {
      const askedSince = now.turns.slice(keptTurns.length);
      return { session, turns: [...turns, ...askedSince], ...(line !== undefined && { line }) };
    });
    goOn();
    await lookForBranches();
  }

  /** What was being answered when the window was loaded again is answered on, unless that has ended meanwhile. */
  function goOn(): void {
    if (!early) return;
    const { asked, reply } = early;
    early = undefined;
    const { turn, text, context } = asked;
    if (conversation.turns.some(({ request }) => request === turn)) {
      reply.cancel();
      underway.end(false);
    } else {
      put(turn, { text, context });
      replies.set(turn, reply);
      waiting.unshift(turn);
    }
    void answerWaiting();
  }

  /** The server answers again: what is said of it must not stay as it was. */
  async function lookAgain(): Promise<void> {
    const { session } = conversation;
    if (versionsUnknown && !unsure) await lookForBranches();
    if (session === undefined || !unsure) return;
    const found = await findSession(engine, session);
    if (conversation.session !== session) return;
    if (found.kind === "notReached") {
      // The question that failed says it: it is said once.
      const isSaid = conversation.turns.at(-1)?.state.kind === "failed";
      if (isSaid && conversation.line !== undefined) become(({ line: _, ...now }) => now);
      return;
    }
    unsure = false;
    const log = found.kind === "found" ? remembered(found.session) : [];
    become(({ turns }) => ({ session, turns, ...(!isRemembered(turns, log) && { line: words.forgotten() }) }));
    await lookForBranches();
  }

  /** Finds the other versions of the conversation. Where they cannot be found that is said, and they are looked for again. */
  async function lookForBranches(): Promise<void> {
    const { session } = conversation;
    if (session === undefined || unsure) return;
    const members = await engine.sessions().catch(() => undefined);
    if (conversation.session !== session) return;
    const wereUnknown = versionsUnknown;
    versionsUnknown = members === undefined && conversation.turns.length > 0;
    if (versionsUnknown !== wereUnknown) become((now) => withLine(now, words.versionsUnknown(), versionsUnknown));
    const branches = branchesOf(session, members ?? []);
    if (branches.length > 0) become((now) => ({ ...now, branches }));
  }

  async function answerWaiting(): Promise<void> {
    const turn = waiting[0];
    const question = turn === undefined ? undefined : questions.get(turn);
    if (running || early || turn === undefined || !question) return;
    waiting.shift();
    news.add({ kind: "waiting", turn, line: "" });
    const session = conversation.session ?? newId();
    running = replies.get(turn) ?? engine.chat({ session, request: turn, ...question });
    replies.delete(turn);
    underway.begin({ session, turn, ...question });
    const how = await relay(running, turn, words, news.add);
    underway.end(how === "let go");
    news.flush();
    running = undefined;
    // Only a failed question can be asked again.
    const failed = conversation.turns.some(({ id, state }) => id === turn && state.kind === "failed");
    if (!failed) questions.delete(turn);
    void lookAgain();
    void answerWaiting();
  }

  const put = (turn: string, question: Question) => {
    questions.set(turn, question);
    tellNow({ kind: "asked", turn, user: question.text, context: question.context.map(contextLabel) });
  };

  const ask = (text: string, context: ChatContext[]) => {
    void comeBack(null);
    if (conversation.session === undefined) become((now) => ({ ...now, session: newId() }));
    const turn = newId();
    put(turn, { text, context });
    if (waiting.length >= WAITING_MAX) {
      tellNow({ kind: "failed", turn, sentence: words.tooManyWait(), code: "too_many_waiting" });
      return;
    }
    waiting.push(turn);
    if (running || early) tellNow({ kind: "waiting", turn, line: words.waitsForAnswer() });
    else void answerWaiting();
  };

  const find = (id: string) => conversation.turns.find((turn) => turn.id === id);

  /** The code that went along with a question, from here or from the server's memory. */
  async function contextOfTurn({ id, request }: Turn): Promise<ChatContext[]> {
    const here = questions.get(id);
    const { session } = conversation;
    if (here || session === undefined || request === undefined) return here?.context ?? [];
    const stored = await engine.session(session);
    return stored ? contextOf(stored, request) : [];
  }

  async function askAgain(id: string, text?: string): Promise<void> {
    const turn = find(id);
    const { session } = conversation;
    if (!turn || session === undefined) return;
    const context = await contextOfTurn(turn);
    const at = conversation.turns.indexOf(turn);
    const before = conversation.turns.slice(0, at);
    const rest = conversation.turns.slice(at);
    if (rest.every(({ request }) => request === undefined)) {
      // The server has stored none of it, so there is nothing to keep a version of.
      letGo();
      for (const one of rest) {
        waiting = waiting.filter((other) => other !== one.id);
        questions.delete(one.id);
        tellNow({ kind: "removed", turn: one.id });
      }
    } else {
      const after = before.findLast(({ request }) => request !== undefined)?.request;
      const fork = await engine.forkSession(session, after === undefined ? {} : { after });
      if (conversation.session !== session) return;
      leave();
      become(() => ({ session: fork.id, turns: before }));
    }
    ask(text ?? turn.user, context);
    await lookForBranches();
  }

  return {
    conversation: () => conversation,
    ask,
    comeBack,
    askAgain,
    stop: letGo,
    retry(id) {
      const turn = find(id);
      if (turn?.state.kind !== "failed") return;
      const question = questions.get(id) ?? { text: turn.user, context: [] };
      questions.delete(id);
      tellNow({ kind: "removed", turn: id });
      ask(question.text, question.context);
    },
    async remove(id) {
      const turn = find(id);
      const { session } = conversation;
      if (!turn || session === undefined) return;
      if (turn.request !== undefined) await engine.deleteTurn(session, turn.request);
      questions.delete(id);
      tellNow({ kind: "removed", turn: id });
    },
    voted: (turn, verdict) => tellNow({ kind: "voted", turn, verdict }),
    startNew() {
      cameBack = true;
      leave();
      become(() => ({ turns: [] }));
    },
    change(session) {
      cameBack = true;
      leave();
      become(() => ({ session: session.id, turns: restore([], remembered(session)) }));
      void lookForBranches();
    },
  };
}

/** The answer that was on its way when the window was loaded again. */
function takeUp(engine: TalkEngine, underway: Underway, session: string | undefined) {
  const asked = underway.get();
  if (!asked || asked.session !== session) return undefined;
  const { turn, text, context } = asked;
  return { asked, reply: engine.chat({ session, request: turn, text, context }) };
}

/** With that line above the turns, or no longer; what else is said there stays. */
function withLine(now: Conversation, line: string, isSaid: boolean): Conversation {
  if (isSaid) return { line, ...now };
  const { line: said, ...rest } = now;
  return said === line ? rest : now;
}

function lineAbout(found: Found["kind"], turns: number, words: TalkWords): string | undefined {
  if (found === "found") return undefined;
  if (turns > 0) return found === "forgotten" ? words.forgotten() : words.notReached();
  return found === "forgotten" ? undefined : words.failed({ code: "unreachable", message: "" });
}
