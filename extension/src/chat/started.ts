/**
 * The engine for a talk that may begin before it runs: after a reload the panel is there first, and
 * what it asks then waits for the engine instead of failing.
 */

import { setTimeout as pause } from "node:timers/promises";
import type { EngineHandle, Reply } from "../engine";
import { patientReply } from "./patient";
import type { TalkEngine } from "./talk";

export function startedEngine(engine: EngineHandle): TalkEngine {
  return {
    chat: (request) => laterReply(whenStarted(engine).then(() => patientReply(() => engine.chat(request), pause))),
    session: async (id) => {
      await whenStarted(engine);
      return engine.session(id);
    },
    sessions: async () => {
      await whenStarted(engine);
      return (await engine.sessions()).sessions;
    },
    forkSession: (id, place) => engine.forkSession(id, place),
    deleteTurn: (id, request) => engine.deleteTurn(id, request),
  };
}

/** Resolves when an engine runs, or when it is known that none can. */
async function whenStarted(engine: EngineHandle): Promise<void> {
  if (engine.stats()) return;
  await new Promise<void>((resolve) => {
    const started = engine.onDidStart(() => {
      started.dispose();
      resolve();
    });
    void engine.status().then((status) => status && resolve());
  });
}

/** A reply that is still being asked for. */
function laterReply(coming: Promise<Reply>): Reply {
  let cancelled = false;
  return {
    next: async () => (cancelled ? null : (await coming).next()),
    cancel: () => {
      cancelled = true;
      void coming.then((reply) => reply.cancel());
    },
  };
}
