/**
 * *Diagnose*: looks at everything between the editor and the model, and says what to mend, in a page that can be
 * pasted into a report.
 */
import * as vscode from "vscode";
import type { App } from "../commands";
import { showStatusPage } from "../statusPage";
import { readToken } from "../token";
import { type Check, checksOf, type Findings } from "./checks";

export async function diagnose(app: App): Promise<void> {
  const title = vscode.l10n.t("Looking at the connection…");
  const location = vscode.ProgressLocation.Window;
  const checks = await vscode.window.withProgress({ location, title }, async () => checksOf(await findOut(app)));
  await showStatusPage(app, checks.map(lineOf));
}

async function findOut({ ctx }: App): Promise<Findings> {
  const { config, engine, extension, pauses } = ctx;
  const server = await engine.status();
  const models = await engine.models().catch(() => undefined);
  const stats = engine.stats();
  return {
    serverUrl: config.serverUrl,
    server,
    models,
    wanted: {
      ...(config.model && { all: config.model }),
      ...(config.editModel && { edit: config.editModel }),
      ...(config.chatModel && { chat: config.chatModel }),
    },
    hasToken: Boolean(await readToken(extension.secrets, config.serverUrl)),
    usesProxy: config.proxyUrl !== undefined,
    hasCaFile: config.caFile !== undefined,
    completionOn: config.completes("*"),
    paused: pauses.of() !== undefined,
    trusted: vscode.workspace.isTrusted,
    remote: vscode.env.remoteName,
    indexedFiles: stats?.indexedFiles,
    folders: vscode.workspace.workspaceFolders?.length ?? 0,
  };
}

function lineOf({ verdict, text, todo }: Check): string {
  const mark = { fine: "✓", note: "!", wrong: "✗" }[verdict];
  return [`${mark} ${text}`, ...(todo ? [`    → ${todo}`] : [])].join("\n");
}
