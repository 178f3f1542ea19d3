/**
 * What the user sees of CodeSaga's state, as one value made from what is known. Pure: no editor, no
 * clock. How it looks is statusFace.ts.
 */
import type { Pause } from "./completion/pause";
import type { ServerStatus } from "./engine";

export type Status =
  | { readonly kind: "starting" }
  | { readonly kind: "loading"; readonly model: string; readonly seconds: number }
  | { readonly kind: "ready"; readonly model: string; readonly working: boolean }
  | { readonly kind: "waiting"; readonly place: number }
  | { readonly kind: "paused"; readonly pause: Pause }
  | { readonly kind: "offline"; readonly code: string; readonly message: string };

/** What is known. */
export interface Known {
  /** Undefined until the server was asked for the first time. */
  readonly server: ServerStatus | undefined;
  /** In force in the file in front. */
  readonly pause: Pause | undefined;
  /** Pieces of work under way that the user asked for by hand. */
  readonly working: number;
  /** Place in the server's queue of the piece of work that waits. */
  readonly place: number | undefined;
}

/** Work asked for by hand shows through a pause, since a pause is about completion alone. */
export function statusOf(known: Known): Status {
  const { server, pause, working, place } = known;
  if (server === undefined) return { kind: "starting" };
  if (server.kind === "offline") return { kind: "offline", code: server.code, message: server.message };
  if (working > 0 && place !== undefined) return { kind: "waiting", place };
  if (server.kind === "loading") return { kind: "loading", model: server.model, seconds: server.seconds };
  if (working > 0) return { kind: "ready", model: server.model, working: true };
  if (pause) return { kind: "paused", pause };
  return { kind: "ready", model: server.model, working: false };
}

/** Milliseconds until the server is asked again. */
export function askAgainAfterMs(status: ServerStatus | undefined): number {
  return status?.kind === "ready" ? 30_000 : 1_000;
}
