/** The status bar item's menu. When the server does not answer, what helps comes first. */
import * as vscode from "vscode";
import { toggleLanguage } from "./completion/toggleLanguage";
import type { Ctx } from "./ctx";
import type { ServerStatus } from "./engine";
import { failureText } from "./errors";
import { languageName } from "./languageName";

interface Item extends vscode.QuickPickItem {
  readonly run: () => unknown;
}

export async function showMenu(ctx: Ctx): Promise<void> {
  const { server } = ctx.status;
  const chosen = await vscode.window.showQuickPick(itemsFor(ctx, server), {
    title: "CodeSaga",
    placeHolder: summaryOf(ctx),
  });
  await chosen?.run();
}

function summaryOf({ status: { server }, config }: Ctx): string {
  if (!server) return vscode.l10n.t("Connecting to {0}", config.serverUrl);
  return server.kind === "offline" ? failureText(server) : `${server.model} · ${config.serverUrl}`;
}

function itemsFor(ctx: Ctx, server: ServerStatus | undefined): Item[] {
  const command = (icon: string, label: string, name: string, ...args: unknown[]): Item => ({
    label: `$(${icon}) ${label}`,
    run: () => vscode.commands.executeCommand(name, ...args),
  });
  const again: Item = { label: `$(refresh) ${vscode.l10n.t("Try Again")}`, run: () => ctx.engine.restart() };
  const settings = command(
    "gear",
    vscode.l10n.t("Open Settings"),
    "workbench.action.openSettings",
    "@ext:codesaga.codesaga",
  );
  const token = command("key", vscode.l10n.t("Set Server Token"), "codesaga.setToken");
  const pause = ctx.pauses.of()
    ? command("debug-start", vscode.l10n.t("Resume Completion"), "codesaga.resumeCompletion")
    : command("debug-pause", vscode.l10n.t("Pause Completion…"), "codesaga.pauseCompletion");
  const first = [
    command("sparkle", vscode.l10n.t("Refactor…"), "codesaga.refactor"),
    command("comment-discussion", vscode.l10n.t("Open Chat"), "codesaga.openChat"),
    pause,
    ...languageItems(ctx),
  ];
  const model = command("symbol-misc", vscode.l10n.t("Choose Model…"), "codesaga.chooseModel");
  const diagnose = command("pulse", vscode.l10n.t("Diagnose"), "codesaga.diagnose");
  const last = command("info", vscode.l10n.t("Show Status"), "codesaga.showStatus");
  if (server?.kind !== "offline") return [...first, model, token, settings, diagnose, last];
  const refused = server.code === "unauthorized" || server.code === "forbidden";
  return refused
    ? [token, again, diagnose, settings, ...first, last]
    : [again, diagnose, settings, ...first, token, last];
}

/** For the language of the file in front. */
function languageItems(ctx: Ctx): Item[] {
  const language = vscode.window.activeTextEditor?.document.languageId;
  if (language === undefined) return [];
  const name = languageName(language);
  const on = ctx.config.completes(language);
  const label = on
    ? vscode.l10n.t("Turn Completion Off for {0}", name)
    : vscode.l10n.t("Turn Completion On for {0}", name);
  const icon = on ? "circle-slash" : "check";
  return [{ label: `$(${icon}) ${label}`, run: () => toggleLanguage(ctx) }];
}
