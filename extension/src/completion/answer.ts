/** Pulls a completion to its end. A failure while typing shows in the status bar alone. */
import type { Ctx } from "../ctx";
import type { Reply, ReplyEvent } from "../engine";

export type Completion = Extract<ReplyEvent, { kind: "completion" }>;

/** These say nothing of the server, and come again with every key. */
const OF_THE_DOCUMENT: readonly string[] = ["too_large", "unknown_document", "stale_document", "offset_out_of_range"];

/** The server has better things to do than to complete: no failure, nothing to show. */
const OF_THE_MOMENT: readonly string[] = ["superseded", "expired", "preempted"];

export async function lastCompletion(
  { log, status }: Pick<Ctx, "log" | "status">,
  reply: Reply,
): Promise<Completion | undefined> {
  let last: Completion | undefined;
  for (;;) {
    const event = await reply.next();
    if (event === null) return last;
    if (event.kind === "completion") {
      last = event;
      if (event.final) return last;
    }
    if (event.kind === "failed") {
      log.debug(`Completion failed: ${event.code}`);
      if (!OF_THE_DOCUMENT.includes(event.code) && !OF_THE_MOMENT.includes(event.code)) status.refresh();
      return undefined;
    }
  }
}
