/** *Import Settings from Continue*: takes over the server, the model and the token that the user chooses. */
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import * as vscode from "vscode";
import type { Ctx } from "../ctx";
import { keepToken } from "../token";
import type { ContinueModel } from "./continueConfig";

interface Item extends vscode.QuickPickItem {
  readonly model: ContinueModel;
}

export async function importContinue(ctx: Ctx): Promise<void> {
  const folder = process.env.CONTINUE_GLOBAL_DIR ?? join(homedir(), ".continue");
  const found = await readFirst([join(folder, "config.yaml"), join(folder, "config.json")]);
  if (!found) {
    void vscode.window.showInformationMessage(vscode.l10n.t("Continue has no configuration in {0}.", folder));
    return;
  }
  const models = found.text === undefined ? undefined : await modelsIn(ctx, found.text);
  if (!models) {
    void vscode.window.showWarningMessage(
      vscode.l10n.t("{0} could not be read. Check its permissions and whether it is valid.", found.file),
    );
    return;
  }
  if (models.length === 0) {
    void vscode.window.showInformationMessage(vscode.l10n.t("{0} names no model on a server of your own.", found.file));
    return;
  }
  const chosen = await vscode.window.showQuickPick(models.map(itemOf), {
    title: vscode.l10n.t("Import Settings from Continue"),
    placeHolder: vscode.l10n.t("Server and model to take over"),
  });
  if (chosen) await takeOver(ctx, chosen.model);
}

/** The first of them that is there; without a text when it cannot be read. */
async function readFirst(files: readonly string[]): Promise<{ file: string; text: string | undefined } | undefined> {
  for (const file of files) {
    try {
      return { file, text: await readFile(file, "utf8") };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") return { file, text: undefined };
    }
  }
  return undefined;
}

/** Undefined for what is neither YAML nor JSON. */
async function modelsIn(ctx: Ctx, text: string): Promise<ContinueModel[] | undefined> {
  // A parser of YAML is a third of all code, so it is a file of its own: no window pays for it at its start.
  const { continueModels } = await import("./continueConfig.js");
  try {
    return continueModels(text);
  } catch {
    // The parser's words quote the file, which may hold tokens.
    ctx.log.warn("Continue's configuration could not be read");
    return undefined;
  }
}

function itemOf(model: ContinueModel): Item {
  const roles = model.roles.join(", ");
  const key = model.token ? vscode.l10n.t("with its token") : "";
  return {
    model,
    label: model.name,
    description: model.model === model.name ? "" : model.model,
    detail: [model.serverUrl, roles, key].filter(Boolean).join(" · "),
  };
}

async function takeOver({ config, extension }: Ctx, model: ContinueModel): Promise<void> {
  // The token first: the engine is made anew with the address.
  if (model.token) await keepToken(extension.secrets, model.serverUrl, model.token);
  await config.setServer(model.serverUrl, model.model);
  void vscode.window.showInformationMessage(
    vscode.l10n.t("CodeSaga now asks {0} for {1}.", model.serverUrl, model.model),
  );
}
