/**
 * `@codesaga` in the editor's own chat. A thread there is one conversation of the server's, so it
 * remembers what was said; its id goes from answer to answer in their metadata.
 */

import { randomUUID } from "node:crypto";
import * as vscode from "vscode";
import { l10n } from "vscode";
import { selectionContext } from "../chat/context/automatic";
import { isPrivate } from "../chat/context/reader";
import { startedEngine } from "../chat/started";
import { warningText } from "../chat/texts";
import type { Ctx } from "../ctx";
import type { ChatContext } from "../engine";
import { failureText } from "../errors";
import { referenced } from "./references";

const ID = "codesaga.chat";

/** What an answer leaves behind for the next one. */
interface Thread {
  session: string;
}

export function registerParticipant(ctx: Ctx): void {
  const engine = startedEngine(ctx.engine);
  const participant = vscode.chat.createChatParticipant(ID, async (request, { history }, response, token) => {
    const session = sessionOf(history) ?? randomUUID();
    const { contexts, refused } = await referenced(ctx, request.references);
    for (const sentence of refused) response.markdown(`*${sentence}*\n\n`);
    const context = contexts.length > 0 ? contexts : await selected(ctx);
    const reply = engine.chat({ session, text: questionOf(request), context });
    const stop = token.onCancellationRequested(() => reply.cancel());
    try {
      for (let event = await reply.next(); event !== null; event = await reply.next()) {
        if (event.kind === "text") response.markdown(event.text);
        else if (event.kind === "queued") response.progress(l10n.t("Place {0} in the queue", event.place));
        else if (event.kind === "warning") response.markdown(`\n\n*${warningText(event.code, event.count)}*`);
        else if (event.kind === "failed") return { errorDetails: { message: failureText(event) } };
      }
    } finally {
      stop.dispose();
    }
    return { metadata: { session } satisfies Thread };
  });
  participant.iconPath = new vscode.ThemeIcon("sparkle");
  ctx.own(participant);
}

function sessionOf(history: vscode.ChatContext["history"]): string | undefined {
  for (const turn of history.toReversed()) {
    if (!(turn instanceof vscode.ChatResponseTurn) || turn.participant !== ID) continue;
    const { session } = (turn.result.metadata ?? {}) as Partial<Thread>;
    if (typeof session === "string") return session;
  }
  return undefined;
}

/** `/explain` alone is a question too. */
function questionOf({ command, prompt }: vscode.ChatRequest): string {
  if (command !== "explain") return prompt;
  return prompt === "" ? l10n.t("Explain this code.") : `${l10n.t("Explain this code.")} ${prompt}`;
}

/** What the user has selected, when nothing was named. */
async function selected(ctx: Ctx): Promise<ChatContext[]> {
  const context = selectionContext(vscode.window.activeTextEditor);
  return context && !(await isPrivate(ctx, context.path)) ? [context] : [];
}
