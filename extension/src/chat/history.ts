/**
 * The conversations the server remembers, as a quick pick: by day, searched by their names and by what
 * was said, to open, to rename and to delete. The versions of one conversation are one row.
 */

import * as vscode from "vscode";
import { l10n } from "vscode";
import type { Ctx } from "../ctx";
import type { SessionSummary } from "../engine";
import { failureOf } from "../engine";
import { showFailure } from "../errors";
import { familyOf } from "./branches";
import { type Day, dayOf } from "./dates";

interface Item extends vscode.QuickPickItem {
  /** The version to open: the newest one. */
  session?: string;
  versions: string[];
}

/** What hears of the choice; what was typed is there again the next time. */
export interface HistoryHeard {
  opened(session: string): unknown;
  deleted(session: string): unknown;
  search: { get(): string; set(text: string): void };
}

/** A search begins when nothing was typed for so long. */
const SEARCH_AFTER_MS = 200;

export async function showHistory(ctx: Ctx, heard: HistoryHeard): Promise<void> {
  const pick = vscode.window.createQuickPick<Item>();
  pick.placeholder = l10n.t("Search conversations by name or by what was said");
  pick.value = heard.search.get();
  let asked = 0;
  let timer: NodeJS.Timeout | undefined;
  pick.onDidHide(() => {
    clearTimeout(timer);
    asked += 1;
    pick.dispose();
  });
  pick.onDidChangeValue((text) => {
    heard.search.set(text);
    clearTimeout(timer);
    timer = setTimeout(load, SEARCH_AFTER_MS);
  });
  pick.onDidAccept(() => {
    const [item] = pick.selectedItems;
    pick.hide();
    if (item?.session === undefined) return;
    heard.search.set("");
    heard.opened(item.session);
  });
  pick.onDidTriggerItemButton(({ item, button }) => (button === RENAME ? rename(item) : remove(item)));
  pick.show();
  await load();

  async function load() {
    asked += 1;
    const mine = asked;
    pick.busy = true;
    const query = pick.value.trim();
    try {
      const { sessions, stoppedAfter } = await ctx.engine.sessions(query === "" ? undefined : query);
      if (mine !== asked) return;
      const items = itemsOf(sessions, query !== "", Date.now());
      pick.items = stoppedAfter === undefined ? items : [...items, stoppedItem(stoppedAfter)];
      if (pick.items.length === 0 && query === "") pick.placeholder = l10n.t("No conversations yet");
      pick.busy = false;
    } catch (error) {
      if (mine !== asked) return;
      pick.hide();
      void showFailure(ctx, failureOf(error), () => showHistory(ctx, heard));
    }
  }

  /** Asking for the name closes the list; it comes back with the new one. */
  async function rename({ session, label }: Item) {
    if (session === undefined) return;
    await renameConversation(ctx, session, label);
    await showHistory(ctx, heard);
  }

  /** So does the question whether it is meant; what is left is listed again. */
  async function remove({ label, versions }: Item) {
    try {
      // A search finds some of a conversation's versions; all of them go.
      const all = versionsWith(versions, (await ctx.engine.sessions()).sessions);
      if (await isSure(label, all.length)) {
        for (const session of all) {
          await ctx.engine.deleteSession(session);
          heard.deleted(session);
        }
      }
    } catch (error) {
      pick.hide();
      return showFailure(ctx, failureOf(error), () => showHistory(ctx, heard));
    }
    await showHistory(ctx, heard);
  }
}

/** The server forgets it for good: this cannot be undone. */
async function isSure(title: string, versions: number): Promise<boolean> {
  const remove = l10n.t("Delete");
  const detail =
    versions > 1
      ? l10n.t("The server forgets it with its {0} versions. This cannot be undone.", versions)
      : l10n.t("The server forgets it. This cannot be undone.");
  const question = l10n.t("Delete the conversation “{0}”?", title);
  return (await vscode.window.showWarningMessage(question, { modal: true, detail }, remove)) === remove;
}

const TITLE_CHARACTERS_MAX = 120;

/** Asks for a name and gives it; an empty one takes the given name away. The name, when it was given. */
export async function renameConversation(ctx: Ctx, session: string, title: string): Promise<string | undefined> {
  const name = await vscode.window.showInputBox({
    title: l10n.t("Rename Conversation"),
    prompt: l10n.t("Empty for the beginning of its first question."),
    value: title,
    validateInput: (text) =>
      text.length > TITLE_CHARACTERS_MAX ? l10n.t("At most {0} characters", TITLE_CHARACTERS_MAX) : undefined,
  });
  if (name === undefined) return undefined;
  try {
    // All versions are one row of the list, whichever is the newest.
    for (const version of versionsWith([session], (await ctx.engine.sessions()).sessions)) {
      await ctx.engine.renameSession(version, name.trim());
    }
    return name.trim();
  } catch (error) {
    await showFailure(ctx, failureOf(error));
    return undefined;
  }
}

const RENAME: vscode.QuickInputButton = {
  iconPath: new vscode.ThemeIcon("edit"),
  tooltip: l10n.t("Rename Conversation"),
};
const DELETE: vscode.QuickInputButton = {
  iconPath: new vscode.ThemeIcon("trash"),
  tooltip: l10n.t("Delete Conversation"),
};

function itemsOf(sessions: readonly SessionSummary[], found: boolean, now: number): Item[] {
  const all = new Map(sessions.map((session) => [session.id, session]));
  const families = new Map<string, SessionSummary[]>();
  for (const session of sessions) {
    const family = familyOf(session, all);
    families.set(family, [...(families.get(family) ?? []), session]);
  }
  const newest = [...families.values()]
    .map((versions) => versions.toSorted((one, other) => other.updatedAt - one.updatedAt))
    .toSorted(([one], [other]) => (other?.updatedAt ?? 0) - (one?.updatedAt ?? 0));
  let day: Day | undefined;
  return newest.flatMap((versions) => {
    const [session] = versions;
    if (!session) return [];
    const its = dayOf(session.updatedAt, now);
    const heading: Item[] =
      its === day ? [] : [{ label: dayWords(its), kind: vscode.QuickPickItemKind.Separator, versions: [] }];
    day = its;
    return [...heading, itemOf(session, versions, its, found)];
  });
}

/** The last row of a search that did not see all; choosing it does nothing. */
function stoppedItem(after: number): Item {
  const label = l10n.t("$(info) Only the newest {0} conversations were searched.", after);
  return {
    label,
    detail: l10n.t("Type more of what you look for to find less at once."),
    versions: [],
    alwaysShow: true,
  };
}

/** All versions of the conversation that these belong to. */
function versionsWith(some: readonly string[], sessions: readonly SessionSummary[]): string[] {
  const all = new Map(sessions.map((session) => [session.id, session]));
  const families = new Set(sessions.filter(({ id }) => some.includes(id)).map((session) => familyOf(session, all)));
  return sessions.filter((session) => families.has(familyOf(session, all))).map(({ id }) => id);
}

function itemOf(session: SessionSummary, versions: readonly SessionSummary[], day: Day, found: boolean): Item {
  const recent = day === "today" || day === "yesterday";
  const when = new Intl.DateTimeFormat(
    vscode.env.language,
    recent ? { hour: "2-digit", minute: "2-digit", hourCycle: "h23" } : { month: "short", day: "numeric" },
  ).format(session.updatedAt);
  return {
    session: session.id,
    versions: versions.map(({ id }) => id),
    label: session.title || l10n.t("Conversation"),
    description: versions.length > 1 ? `${when} · ${l10n.t("{0} versions", versions.length)}` : when,
    ...(session.excerpt && { detail: session.excerpt }),
    buttons: [RENAME, DELETE],
    // The server has searched; the editor's own search sees the names alone.
    alwaysShow: found,
  };
}

function dayWords(day: Day): string {
  switch (day) {
    case "today":
      return l10n.t("Today");
    case "yesterday":
      return l10n.t("Yesterday");
    case "week":
      return l10n.t("Last 7 days");
    case "month":
      return l10n.t("Last 30 days");
    case "older":
      return l10n.t("Older");
  }
}
