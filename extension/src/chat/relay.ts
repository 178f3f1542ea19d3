/** Pulls a reply of the engine and reports it as events of one turn. */

import type { Failure, Reply, ReplyEvent } from "../engine";
import { limits } from "./checks";
import type { TurnEvent } from "./turns";

/** What an answer took. */
export interface Facts {
  promptTokens: number;
  completionTokens: number;
  firstTokenMs: number;
}

/** Sentences about an answer, in the editor's language. */
export interface ReplyWords {
  queued(place: number): string;
  reconnecting(): string;
  warning(code: string, count: number | undefined): string;
  failed(failure: Failure): string;
  facts(facts: Facts): string;
}

/**
 * Pulls a reply to its end. `let go` when it ended without a last word: it was cancelled, or the engine closed under it.
 */
export async function relay(
  reply: Reply,
  turn: string,
  words: ReplyWords,
  report: (event: TurnEvent) => void,
): Promise<"ended" | "let go"> {
  try {
    for (let event = await reply.next(); event !== null; event = await reply.next()) {
      const news = newsOf(event, turn, words);
      if (news) report(news);
      if (event.kind === "done" || event.kind === "failed") return "ended";
    }
    report({ kind: "stopped", turn });
    return "let go";
  } catch (error) {
    const failure = { code: "internal", message: String(error) };
    report({ kind: "failed", turn, sentence: words.failed(failure), code: failure.code });
    return "ended";
  }
}

function newsOf(event: ReplyEvent, turn: string, words: ReplyWords): TurnEvent | undefined {
  switch (event.kind) {
    case "text":
      return { kind: "text", turn, text: event.text };
    case "queued":
      return { kind: "waiting", turn, line: words.queued(event.place) };
    case "warning":
      // Not about the answer but about the way to it: over as soon as more of it comes.
      return event.code === "reconnecting"
        ? { kind: "waiting", turn, line: words.reconnecting() }
        : { kind: "note", turn, line: words.warning(event.code, event.count) };
    case "done": {
      const { request } = event;
      return { kind: "done", turn, facts: words.facts(event), ...(request && { request }) };
    }
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
export function joinTexts(events: readonly TurnEvent[]): TurnEvent[] {
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
