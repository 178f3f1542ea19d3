/** Turns completion on or off for the language of the file in front, and says which. */
import * as vscode from "vscode";
import type { Ctx } from "../ctx";
import { languageName } from "../languageName";

const SAID_MS = 4_000;

export async function toggleLanguage({ config }: Pick<Ctx, "config">): Promise<void> {
  const language = vscode.window.activeTextEditor?.document.languageId;
  if (language === undefined) {
    void vscode.window.showInformationMessage(vscode.l10n.t("Open a file of the language first."));
    return;
  }
  const on = !config.completes(language);
  await config.setCompletes(language, on);
  const name = languageName(language);
  const said = on
    ? vscode.l10n.t("Completion is on for {0}.", name)
    : vscode.l10n.t("Completion is off for {0}.", name);
  vscode.window.setStatusBarMessage(said, SAID_MS);
}
