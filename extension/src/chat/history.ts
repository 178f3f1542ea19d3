/** The conversations the server remembers, as a quick pick: open one, or delete it. */

import * as vscode from "vscode";
import { l10n } from "vscode";
import type { Ctx } from "../ctx";
import type { SessionSummary } from "../engine";
import { failureOf } from "../engine";
import { showFailure } from "../errors";

interface Item extends vscode.QuickPickItem {
  session: string;
}

/** Lets the user choose; `opened` and `deleted` hear which conversation. */
export async function showHistory(
  ctx: Ctx,
  opened: (session: string) => unknown,
  deleted: (session: string) => unknown,
): Promise<void> {
  const pick = vscode.window.createQuickPick<Item>();
  pick.placeholder = l10n.t("Conversations");
  pick.matchOnDescription = true;
  pick.onDidHide(() => pick.dispose());
  pick.onDidAccept(() => {
    const [item] = pick.selectedItems;
    pick.hide();
    if (item) opened(item.session);
  });
  pick.onDidTriggerItemButton(({ item }) => remove(item));
  await load();

  async function load() {
    pick.busy = true;
    pick.show();
    try {
      const sessions = await ctx.engine.sessions();
      pick.items = sessions.map(itemOf);
      if (sessions.length === 0) pick.placeholder = l10n.t("No conversations yet");
      pick.busy = false;
    } catch (error) {
      pick.hide();
      void showFailure(ctx, failureOf(error), () => showHistory(ctx, opened, deleted));
    }
  }

  async function remove(item: Item) {
    pick.busy = true;
    try {
      await ctx.engine.deleteSession(item.session);
      deleted(item.session);
      pick.items = pick.items.filter((other) => other !== item);
      pick.busy = false;
    } catch (error) {
      pick.hide();
      void showFailure(ctx, failureOf(error), () => remove(item));
    }
  }
}

function itemOf(session: SessionSummary): Item {
  const when = new Intl.DateTimeFormat(vscode.env.language, { dateStyle: "medium", timeStyle: "short" });
  return {
    session: session.id,
    label: session.title,
    description: when.format(session.updatedAt),
    buttons: [{ iconPath: new vscode.ThemeIcon("trash"), tooltip: l10n.t("Delete Conversation") }],
  };
}
