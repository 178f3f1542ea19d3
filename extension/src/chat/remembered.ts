/** What the server remembers of a conversation, in the terms of the transcript. */

import type { ChatContext, Session } from "../engine";
import { limits } from "./checks";
import { contextLabel } from "./labels";
import type { Remembered } from "./transcript";

export type Found = { kind: "found"; session: Session } | { kind: "forgotten" } | { kind: "notReached" };

export async function findSession(
  engine: { session(id: string): Promise<Session | null> },
  id: string,
): Promise<Found> {
  try {
    const session = await engine.session(id);
    return session ? { kind: "found", session } : { kind: "forgotten" };
  } catch {
    return { kind: "notReached" };
  }
}

export function remembered(session: Session): Remembered[] {
  return session.log.slice(-limits.turnsMax).map((turn) => ({
    request: turn.request,
    user: turn.user,
    context: turn.context.map(contextLabel),
    answer: turn.assistant,
  }));
}

/** The code that went along with a question, as the server stored it. */
export function contextOf(session: Session, request: string): ChatContext[] {
  return session.log.find((turn) => turn.request === request)?.context ?? [];
}
