/** What the user thinks of an answer, told to the server as numbers, an id, and the reason the user chose. */

import * as vscode from "vscode";
import { l10n } from "vscode";
import type { Ctx } from "../ctx";
import { failureOf } from "../engine";
import { showFailure } from "../errors";
import type { Verdict } from "./turns";

/** More than a few sentences are a conversation of their own. */
const REASON_CHARACTERS_MAX = 500;

/** Asks why when the answer was not good, and tells the server; gives whether it was told. */
export async function tellVerdict(ctx: Ctx, request: string, verdict: Verdict): Promise<boolean> {
  const reason = verdict === "down" ? await askForReason(ctx) : "";
  if (reason === undefined) return false;
  try {
    await ctx.engine.feedback({ request, verdict, ...(reason !== "" && { reason }) });
    return true;
  } catch (error) {
    await showFailure(ctx, failureOf(error));
    return false;
  }
}

interface ReasonItem extends vscode.QuickPickItem {
  reason: string | undefined;
}

/** The reason, empty for none; undefined when the user thought better of it. */
async function askForReason(ctx: Ctx): Promise<string | undefined> {
  const items: ReasonItem[] = [
    { label: l10n.t("It is wrong"), reason: "wrong" },
    { label: l10n.t("It is not what I asked"), reason: "not_asked" },
    { label: l10n.t("Its style or language does not fit"), reason: "style" },
    { label: l10n.t("Something else…"), reason: undefined },
  ];
  const chosen = await vscode.window.showQuickPick(items, {
    title: l10n.t("What is not good about this answer?"),
    placeHolder: l10n.t("Goes to your server {0} with the answer's number, without its text.", ctx.config.serverUrl),
  });
  if (!chosen) return undefined;
  if (chosen.reason !== undefined) return chosen.reason;
  const told = await vscode.window.showInputBox({
    title: l10n.t("What is not good about this answer?"),
    prompt: l10n.t(
      "What you write goes to your server {0} and is kept there with the answer's number.",
      ctx.config.serverUrl,
    ),
    validateInput: (text) =>
      text.length > REASON_CHARACTERS_MAX ? l10n.t("At most {0} characters", REASON_CHARACTERS_MAX) : undefined,
  });
  return told?.trim().slice(0, REASON_CHARACTERS_MAX);
}
