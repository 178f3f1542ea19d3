/**
 * Cursor's own completion, *Tab*, and ours suggest in the same place, where the editor shows one of the two. The user is
 * asked once which it shall be; an answer, also none, is kept for ever.
 */
import * as vscode from "vscode";
import type { Ctx } from "../ctx";

const ASKED = "cursorTabAsked";

/** Cursor's commands *Disable Cursor Tab* and *Enable Cursor Tab*. */
const DISABLE_TAB = "editor.cpp.disableenabled";

export async function askWhoCompletes({ config, extension, log }: Ctx): Promise<void> {
  const { globalState } = extension;
  if (globalState.get(ASKED) || !config.completesAtAll) return;
  if (!(await vscode.commands.getCommands(true)).includes(DISABLE_TAB)) return;
  // Before the answer, which may never come: who closes the question has been asked.
  await globalState.update(ASKED, true);
  const [ours, tab, both] = [
    vscode.l10n.t("Use CodeSaga"),
    vscode.l10n.t("Use Cursor Tab"),
    vscode.l10n.t("Keep Both"),
  ] as const;
  const question = vscode.l10n.t(
    "Cursor Tab and CodeSaga both suggest code as you type, and the editor shows one of them at a time. Which one do you want to use?",
  );
  const answer = await vscode.window.showInformationMessage(question, ours, tab, both);
  if (answer === ours) await disableTab(log);
  else if (answer === tab) await disableOurs(config);
}

async function disableTab(log: Ctx["log"]): Promise<void> {
  try {
    await vscode.commands.executeCommand(DISABLE_TAB);
  } catch (error) {
    log.warn(`Cursor Tab stays on: ${error instanceof Error ? error.message : String(error)}`);
    tell(vscode.l10n.t("Cursor Tab could not be turned off. Click “Tab” in Cursor's status bar to do it."));
    return;
  }
  tell(vscode.l10n.t("Cursor Tab is off. “Enable Cursor Tab” turns it on again."));
}

async function disableOurs(config: Ctx["config"]): Promise<void> {
  await config.setCompletesAtAll(false);
  tell(
    vscode.l10n.t(
      "CodeSaga suggests nothing as you type from now on. The setting {0} turns it on again.",
      "codesaga.completion.enabled",
    ),
  );
}

function tell(text: string): void {
  void vscode.window.showInformationMessage(text);
}
