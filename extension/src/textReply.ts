/** Pulls an answer that is words, not an edit, to its end. */
import type { Reply } from "./engine";
import type { Failure } from "./failures";
import type { Work } from "./status";

export type TextOutcome =
  | { readonly kind: "done" }
  | { readonly kind: "cancelled" }
  | { readonly kind: "failed"; readonly failure: Failure };

/** `heard` is given the whole text so far. */
export async function pullText(reply: Reply, work: Work, heard: (text: string) => void): Promise<TextOutcome> {
  let text = "";
  for (;;) {
    const event = await reply.next();
    if (event === null) return { kind: "cancelled" };
    work.queued(event.kind === "queued" ? event.place : undefined);
    switch (event.kind) {
      case "text":
        text += event.text;
        heard(text);
        break;
      case "failed":
        return { kind: "failed", failure: event };
      case "done":
        return { kind: "done" };
      case "queued":
      case "warning":
      case "completion":
      case "edit":
        break;
    }
  }
}
