/**
 * Ghost text: the editor asks, the engine answers, and what cannot be shown is left out silently.
 * When to wait, what to reuse and where to stop is the engine's business.
 */
import * as vscode from "vscode";
import type { Ctx } from "./ctx";
import { isFollowed, selector } from "./documents";
import type { Reply, ReplyEvent } from "./engine";

/** These say nothing of the server, and come again with every key. */
const OF_THE_DOCUMENT: readonly string[] = ["too_large", "unknown_document", "stale_document", "offset_out_of_range"];

type Completion = Extract<ReplyEvent, { kind: "completion" }>;

export function registerGhostText(ctx: Ctx): void {
  let latest: Reply | undefined;
  ctx.own(
    vscode.languages.registerInlineCompletionItemProvider(selector(), {
      provideInlineCompletionItems: async (document, position, context, token) => {
        latest?.cancel();
        latest = undefined;
        if (ctx.status.paused || !isFollowed(document) || !ctx.config.completes(document.languageId)) return [];
        const byHand = context.triggerKind === vscode.InlineCompletionTriggerKind.Invoke;
        const reply = ctx.engine.complete(document, document.offsetAt(position), byHand ? "invoke" : "automatic");
        latest = reply;
        const { version } = document;
        const release = token.onCancellationRequested(() => reply.cancel());
        const completion = await lastCompletion(ctx, reply);
        release.dispose();
        if (!completion || token.isCancellationRequested || document.version !== version) return [];
        const item = itemOf(document, position, completion, context.selectedCompletionInfo);
        return item ? [item] : [];
      },
    }),
  );
}

/** A failure while typing shows in the status bar alone. */
async function lastCompletion(ctx: Ctx, reply: Reply): Promise<Completion | undefined> {
  let last: Completion | undefined;
  for (;;) {
    const event = await reply.next();
    if (event === null) return last;
    if (event.kind === "completion") {
      last = event;
      if (event.final) return last;
    }
    if (event.kind === "failed") {
      ctx.log.debug(`Completion failed: ${event.code}`);
      if (!OF_THE_DOCUMENT.includes(event.code)) ctx.status.refresh();
      return undefined;
    }
  }
}

function itemOf(
  document: vscode.TextDocument,
  position: vscode.Position,
  completion: Completion,
  selected: vscode.SelectedCompletionInfo | undefined,
): vscode.InlineCompletionItem | undefined {
  if (completion.text === "") return undefined;
  const range = new vscode.Range(
    document.positionAt(completion.startOffset),
    document.positionAt(completion.endOffset),
  );
  const accepted = { title: "", command: "_codesaga.accepted" };
  if (!selected) return new vscode.InlineCompletionItem(completion.text, range, accepted);
  // The suggest widget is open: only what continues its choice may be shown.
  const typed = document.getText(new vscode.Range(selected.range.start, position));
  const text = typed + completion.text;
  const continues = range.start.isEqual(position) && text.startsWith(selected.text) && text !== selected.text;
  return continues ? new vscode.InlineCompletionItem(text, selected.range.union(range), accepted) : undefined;
}
