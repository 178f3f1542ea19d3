/** Failures as values: from what the engine throws, and as replies that only fail. Words are errors.ts. */
import type { Reply, ReplyEvent } from "./engine";

/** Why there is no answer: a code to branch on, words for the log. */
export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly retryAfterMs?: number | undefined;
}

/** The failure that something thrown by the engine stands for. */
export function failureOf(error: unknown): Failure {
  const message = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "internal";
  return { code, message };
}

/** The other way round. */
export function failedError({ code, message }: Failure): Error {
  return Object.assign(new Error(message), { code });
}

export function failedReply({ code, message }: Failure): Reply {
  const events: ReplyEvent[] = [{ kind: "failed", code, message }];
  return {
    next: async () => events.shift() ?? null,
    cancel: () => void events.splice(0),
  };
}
