/** Asks for how long, or where, completion shall be quiet. */
import * as vscode from "vscode";
import type { Ctx } from "../ctx";
import { isFollowed } from "../documents";

interface Item extends vscode.QuickPickItem {
  readonly run: () => Promise<void>;
}

export async function choosePause({ pauses }: Ctx): Promise<void> {
  const items: Item[] = [
    { label: `$(debug-pause) ${vscode.l10n.t("Until I Resume")}`, run: pauses.untilResumed },
    { label: `$(clock) ${vscode.l10n.t("For an Hour")}`, run: pauses.forAnHour },
  ];
  const document = vscode.window.activeTextEditor?.document;
  if (document && isFollowed(document)) {
    items.push({
      label: `$(file) ${vscode.l10n.t("In This File")}`,
      description: vscode.workspace.asRelativePath(document.uri),
      run: () => pauses.inFile(document.uri),
    });
  }
  const chosen = await vscode.window.showQuickPick(items, { title: vscode.l10n.t("Pause Completion") });
  await chosen?.run();
}
