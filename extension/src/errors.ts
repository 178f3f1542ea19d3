/**
 * Failures in words: one sentence of what happened and one of what to do, for every stable code.
 * The engine's own message is English and for the log; only where it names the wrong field or the
 * server's reason is it shown.
 */
import * as vscode from "vscode";
import { l10n } from "vscode";
import type { Ctx } from "./ctx";
import type { Failure } from "./failures";

/** A button that helps. */
type Remedy = "again" | "token" | "settings" | "restart";

interface Words {
  readonly what: string;
  readonly todo: string;
  readonly remedies: readonly Remedy[];
}

/** "What happened. What to do." in the editor's language. */
export function failureText(failure: Failure): string {
  const { what, todo } = wordsOf(failure);
  return `${what} ${todo}`;
}

/** Whether there are words for that code; `internal`'s stand in for all others. */
export function isKnownCode(code: string): boolean {
  return code in words("");
}

/** Shows a failure of something the user asked for by hand; `again` is offered where it makes sense. */
export async function showFailure(ctx: Ctx, failure: Failure, again?: () => unknown): Promise<void> {
  ctx.log.warn(`Failed: ${failure.code}`);
  ctx.status.refresh();
  const remedies = wordsOf(failure).remedies.filter((remedy) => remedy !== "again" || again);
  const buttons = remedies.map((remedy) => ({ remedy, title: remedyTitle(remedy) }));
  const chosen = await vscode.window.showErrorMessage(failureText(failure), ...buttons);
  switch (chosen?.remedy) {
    case "again":
      return void again?.();
    case "token":
      return void vscode.commands.executeCommand("codesaga.setToken");
    case "settings":
      return void vscode.commands.executeCommand("workbench.action.openSettings", "@ext:codesaga.codesaga");
    case "restart":
      return void vscode.commands.executeCommand("workbench.action.reloadWindow");
  }
}

function remedyTitle(remedy: Remedy): string {
  switch (remedy) {
    case "again":
      return l10n.t("Try Again");
    case "token":
      return l10n.t("Set Token");
    case "settings":
      return l10n.t("Open Settings");
    case "restart":
      return l10n.t("Reload Window");
  }
}

function wordsOf(failure: Failure): Words {
  const table = words(failure.message);
  return table[failure.code] ?? (table.internal as Words);
}

function words(reason: string): Record<string, Words> {
  const say = (what: string, todo: string, ...remedies: Remedy[]): Words => ({ what, todo, remedies });
  return {
    addon_missing: say(
      l10n.t("CodeSaga's native part could not be loaded on this system."),
      l10n.t("Install the VSIX made for this platform, then reload the window."),
      "restart",
    ),
    invalid_request: say(
      l10n.t("The server did not accept the request: {0}", reason),
      l10n.t("Check that extension and server have matching versions."),
    ),
    invalid_setting: say(l10n.t("A setting is wrong: {0}", reason), l10n.t("Correct it in the settings."), "settings"),
    unknown_document: say(
      l10n.t("CodeSaga does not know this document."),
      l10n.t("Close it, open it again and try once more."),
      "again",
    ),
    stale_document: say(
      l10n.t("The document changed in between."),
      l10n.t("Try again with its present text."),
      "again",
    ),
    offset_out_of_range: say(
      l10n.t("The place lies outside the document."),
      l10n.t("Select the code anew and try again."),
      "again",
    ),
    too_large: say(
      l10n.t("The document or the selection is too large for CodeSaga."),
      l10n.t("Select less, or work in a smaller file."),
    ),
    context_overflow: say(
      l10n.t("The code is longer than the model can read at once."),
      l10n.t("Select less and try again."),
    ),
    no_code: say(
      l10n.t("The answer held no complete code, so nothing was changed."),
      l10n.t("Say more exactly what the code should become, or select less of it."),
      "again",
    ),
    unreachable: say(
      l10n.t("The server cannot be reached."),
      l10n.t("Check its address and whether it runs."),
      "again",
      "settings",
    ),
    bad_response: say(
      l10n.t("The server's answer could not be understood."),
      l10n.t("Check that the address is that of a CodeSaga or OpenAI-compatible server."),
      "settings",
    ),
    unauthorized: say(l10n.t("The server refused the token."), l10n.t("Set a new one."), "token"),
    forbidden: say(
      l10n.t("The token does not allow this."),
      l10n.t("Ask the server's owner for the permission, or set another token."),
      "token",
    ),
    private_file: say(
      l10n.t("The file is private, so nothing of it is sent."),
      l10n.t("Choose another file, or change the private files in the settings."),
      "settings",
    ),
    not_found: say(l10n.t("The server no longer has this conversation."), l10n.t("Start a new one.")),
    unknown_model: say(
      l10n.t("The server does not have this model."),
      l10n.t("Choose another model in the settings, or leave it empty for the server's own."),
      "settings",
    ),
    unsupported: say(
      l10n.t("The server or its model cannot do this."),
      l10n.t("Use another model, or a CodeSaga server."),
      "settings",
    ),
    session_busy: say(l10n.t("This conversation is still being answered."), l10n.t("Wait for the answer, or stop it.")),
    rate_limited: say(l10n.t("The limit of requests is reached."), l10n.t("Wait a moment, then try again."), "again"),
    queue_full: say(l10n.t("The team's queue is full."), l10n.t("Wait a moment, then try again."), "again"),
    superseded: say(l10n.t("A newer question took this one's place."), l10n.t("Wait for the newer answer.")),
    expired: say(
      l10n.t("The server had no time for this while it was of use."),
      l10n.t("Wait a moment, then try again."),
      "again",
    ),
    preempted: say(l10n.t("The server had more urgent work."), l10n.t("Wait a moment, then try again."), "again"),
    upstream_busy: say(l10n.t("The model server is busy."), l10n.t("Wait a moment, then try again."), "again"),
    upstream_unreachable: say(
      l10n.t("The server runs, but its model server does not answer."),
      l10n.t("Start the model server, or tell its owner."),
      "again",
    ),
    upstream_failed: say(
      l10n.t("The model server failed."),
      l10n.t("Try again; if it stays, tell the server's owner what it said: “{0}”.", reason),
      "again",
    ),
    upstream_incomplete: say(
      l10n.t("The answer broke off before its end."),
      l10n.t("Nothing was changed; try again."),
      "again",
    ),
    timeout: say(
      l10n.t("The answer took too long."),
      l10n.t("Try again, with less code selected if the server is slow."),
      "again",
    ),
    shutting_down: say(l10n.t("The server is shutting down."), l10n.t("Try again when it is back."), "again"),
    internal: say(
      l10n.t("Something went wrong inside CodeSaga."),
      l10n.t("Try again; if it stays, report it with what “Show Status” says."),
      "again",
    ),
  };
}
