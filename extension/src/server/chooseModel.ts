/** *Choose Model…*: which of the server's models does which kind of work. */
import * as vscode from "vscode";
import type { Work } from "../config";
import type { Ctx } from "../ctx";
import { failureOf, type ServedModel } from "../engine";
import { showFailure } from "../errors";

interface WorkItem extends vscode.QuickPickItem {
  readonly work: Work;
}

interface ModelItem extends vscode.QuickPickItem {
  /** Undefined for whatever the server or the model for everything is. */
  readonly name: string | undefined;
}

export async function chooseModel(ctx: Ctx): Promise<void> {
  const title = vscode.l10n.t("Choose Model");
  const chosen = await vscode.window.showQuickPick(workItems(ctx), { title });
  if (!chosen) return;
  const listed = ctx.engine.models();
  const items = listed.then((models) => modelItems(ctx, chosen.work, models));
  try {
    const model = await vscode.window.showQuickPick(items, {
      title: `${title} — ${chosen.label}`,
      placeHolder: vscode.l10n.t("Models of {0}", ctx.config.serverUrl),
      matchOnDescription: true,
    });
    if (model) await ctx.config.setModel(chosen.work, model.name);
  } catch (error) {
    await showFailure(ctx, failureOf(error), () => chooseModel(ctx));
  }
}

function workItems({ config }: Ctx): WorkItem[] {
  const item = (work: Work, label: string, model: string | undefined, otherwise: string): WorkItem => ({
    work,
    label,
    description: model ?? otherwise,
  });
  const sameAsAll = vscode.l10n.t("the same as for everything");
  return [
    item("all", vscode.l10n.t("For everything"), config.model, vscode.l10n.t("the server's default")),
    item("edit", vscode.l10n.t("For refactoring and fixes"), config.editModel, sameAsAll),
    item("chat", vscode.l10n.t("For chat"), config.chatModel, sameAsAll),
  ];
}

function modelItems({ config }: Ctx, work: Work, models: readonly ServedModel[]): ModelItem[] {
  const current = config.modelFor(work);
  const none: ModelItem = {
    name: undefined,
    label: work === "all" ? vscode.l10n.t("The server's default") : vscode.l10n.t("The same as for everything"),
    ...(current === undefined && { description: vscode.l10n.t("now") }),
  };
  const writing = models.filter(({ writes }) => writes);
  return [none, ...writing.map((model) => modelItem(model, current))];
}

function modelItem(model: ServedModel, current: string | undefined): ModelItem {
  const facts = [
    model.name === current && vscode.l10n.t("now"),
    model.isDefault && vscode.l10n.t("the server's default"),
    model.standsFor,
    model.contextLength && vscode.l10n.t("{0} tokens", model.contextLength.toLocaleString()),
  ];
  return { name: model.name, label: model.name, description: facts.filter(Boolean).join(" · ") };
}
