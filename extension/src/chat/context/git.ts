/** What has changed and is not committed, as something that goes along with a question. */

import * as vscode from "vscode";
import { l10n } from "vscode";
import type { Ctx } from "../../ctx";
import { cutToLines } from "../text";
import { fileDiffs } from "./diffs";
import type { Found } from "./files";
import { isPrivate, shownPath } from "./reader";

const DIFF_CHARACTERS_MAX = 24_000;
const FILES_MAX = 60;

/** The part of the built-in Git extension's interface that is used here. */
interface GitExtension {
  getAPI(version: 1): { repositories: Repository[] };
}

interface Repository {
  rootUri: vscode.Uri;
  diff(cached?: boolean): Promise<string>;
}

export async function gitChanges(ctx: Ctx): Promise<Found> {
  const repositories = (await api())?.repositories;
  if (!repositories) return { kind: "refused", sentence: l10n.t("The editor's Git extension is off or missing.") };
  let hidden = 0;
  const kept: string[] = [];
  for (const repository of repositories) {
    const whole = `${await repository.diff(true)}\n${await repository.diff(false)}`;
    for (const { path, text } of fileDiffs(whole).slice(0, FILES_MAX)) {
      if (await isPrivate(ctx, shownPath(vscode.Uri.joinPath(repository.rootUri, path)))) hidden += 1;
      else kept.push(text);
    }
  }
  const diff = kept.join("");
  if (diff === "") return { kind: "refused", sentence: l10n.t("There is no change that is not committed.") };
  const text = cutToLines(diff, DIFF_CHARACTERS_MAX);
  const notes = [
    text.length < diff.length ? l10n.t("The diff is long: its end was left out.") : undefined,
    hidden > 0 ? l10n.t("{0} private files were left out.", hidden) : undefined,
  ].filter((line) => line !== undefined);
  const attachment = {
    kind: "git" as const,
    label: kept.length === 1 ? l10n.t("changes: 1 file") : l10n.t("changes: {0} files", kept.length),
    origin: l10n.t("What has changed and is not committed"),
    contexts: [{ path: "changes.diff", language: "diff", text }],
    ...(notes.length > 0 && { leftOut: notes.join("\n") }),
  };
  return { kind: "attachment", attachment };
}

async function api(): Promise<{ repositories: Repository[] } | undefined> {
  const extension = vscode.extensions.getExtension<GitExtension>("vscode.git");
  try {
    return (await extension?.activate())?.getAPI(1);
  } catch {
    // Git itself may be missing, or switched off.
    return undefined;
  }
}
