/** What the page's buttons over questions, answers and code do, beyond the conversation itself. */

import * as vscode from "vscode";
import { l10n } from "vscode";
import type { Ctx } from "../ctx";
import { failureOf } from "../engine";
import { showFailure } from "../errors";
import type { Edits } from "../preview";
import { applyCode } from "./applyCode";
import { isWebLink } from "./checks";
import { insertCode, openAsFile } from "./code";
import type { FromTurns } from "./messages";
import type { Talk } from "./talk";
import { tellVerdict } from "./verdict";

export interface TurnActions {
  ctx: Ctx;
  edits: Edits;
  talk: Talk;
  /** The editor the user was in last. */
  editor(): vscode.TextEditor | undefined;
  keepEdited(turn: string, text: string): unknown;
}

export async function onTurnMessage(actions: TurnActions, message: FromTurns): Promise<unknown> {
  const { ctx, edits, talk, editor } = actions;
  switch (message.type) {
    case "stop":
      return talk.stop();
    case "retry":
      return talk.retry(message.turn);
    case "askAgain":
      return orFailure(ctx, () => talk.askAgain(message.turn, message.text));
    case "editDraft":
      return actions.keepEdited(message.turn, message.text);
    case "remove":
      return (await isSure()) && orFailure(ctx, () => talk.remove(message.turn));
    case "show":
      return orFailure(ctx, async () => {
        const session = await ctx.engine.session(message.session);
        if (session) talk.change(session);
      });
    case "vote":
      return vote(actions, message.turn, message.verdict);
    case "copy":
      return vscode.env.clipboard.writeText(message.text);
    case "insert":
      return insertCode(editor(), message.text);
    case "apply":
      return applyCode(ctx, edits, message, filesOf(talk, message.turn), editor());
    case "newFile":
      return openAsFile(message.text, message.language);
    case "openLink":
      return isWebLink(message.url) && vscode.env.openExternal(vscode.Uri.parse(message.url));
  }
}

/** The server forgets it for good: this cannot be undone. */
async function isSure(): Promise<boolean> {
  const remove = l10n.t("Delete");
  const chosen = await vscode.window.showWarningMessage(
    l10n.t("Delete this question and its answer?"),
    { modal: true, detail: l10n.t("The server forgets both. This cannot be undone.") },
    remove,
  );
  return chosen === remove;
}

async function vote({ ctx, talk }: TurnActions, id: string, verdict: "up" | "down"): Promise<void> {
  const turn = talk.conversation().turns.find((one) => one.id === id);
  if (turn?.request === undefined) return;
  if (await tellVerdict(ctx, turn.request, verdict)) talk.voted(id, verdict);
}

/** Names of the files that went along with a question. */
function filesOf(talk: Talk, id: string): string[] {
  const turn = talk.conversation().turns.find((one) => one.id === id);
  return [...new Set(turn?.context.map((label) => label.replace(/ \d+(?:–\d+)?$/, "")))];
}

async function orFailure(ctx: Ctx, act: () => Promise<unknown>): Promise<void> {
  try {
    await act();
  } catch (error) {
    await showFailure(ctx, failureOf(error));
  }
}
