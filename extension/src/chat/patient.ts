/**
 * A reply that waits a little where a conversation is still busy. The server frees a conversation
 * when it notices that a stopped answer's connection is gone, which is a moment after the question
 * that follows it.
 */

import type { Reply } from "../engine";

const TRIES_MAX = 8;
const PAUSE_MS = 250;

/** The reply of `ask`, asked again after a pause while the conversation is busy. */
export function patientReply(ask: () => Reply, pause: (ms: number) => Promise<unknown>): Reply {
  let reply = ask();
  let tries = 1;
  let cancelled = false;
  return {
    async next() {
      for (;;) {
        const event = await reply.next();
        const busy = event?.kind === "failed" && event.code === "session_busy";
        if (!busy || tries >= TRIES_MAX) return event;
        tries += 1;
        await pause(PAUSE_MS);
        if (cancelled) return null;
        reply = ask();
      }
    },
    cancel() {
      cancelled = true;
      reply.cancel();
    },
  };
}
