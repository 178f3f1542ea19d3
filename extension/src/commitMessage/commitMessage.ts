/**
 * *Generate Commit Message*: from what is staged, or else from all changes, into the input box of the
 * source control view. What stands there already is only replaced when the user says so.
 */
import * as vscode from "vscode";
import type { App } from "../commands";
import type { Ctx } from "../ctx";
import { showFailure } from "../errors";
import { failureOf } from "../failures";
import { pullText, type TextOutcome } from "../textReply";
import { withoutPrivate } from "./diffFiles";
import { languageOf, subjectsOf } from "./examples";
import { type Repository, repositories } from "./git";

/** The engine shortens a diff file by file; this only keeps a runaway one out of memory. */
const DIFF_CHARACTERS_MAX = 1_000_000;
/** Merges and the like are passed over, so more are read than are shown. */
const COMMITS_READ = 30;

/** Called from the view's title with the source control it stands for, and from the chat with what the user adds. */
export async function commitMessage(
  app: App,
  source?: Partial<vscode.SourceControl>,
  instruction?: string,
): Promise<void> {
  const all = await repositories();
  if (!all) return tell(vscode.l10n.t("The editor's git support is missing or switched off (setting “git.enabled”)."));
  const repository = await choose(all, source?.rootUri);
  if (!repository) {
    if (all.length === 0) tell(vscode.l10n.t("There is no git repository in this workspace."));
    return;
  }
  const staged = await repository.diff(true);
  const diff = (staged.trim() === "" ? await repository.diff(false) : staged).slice(0, DIFF_CHARACTERS_MAX);
  if (diff.trim() === "")
    return tell(vscode.l10n.t("There is no change to describe. New files count once they are staged."));
  const shown = await withoutPrivate(diff, (path) => isPrivate(app.ctx, repository, path));
  const { outcome, text } = await ask(app.ctx, shown, await subjects(repository), instruction);
  if (outcome.kind === "failed") {
    return showFailure(app.ctx, outcome.failure, () => commitMessage(app, source, instruction));
  }
  if (outcome.kind === "done" && text.trim() !== "") await fill(repository, text.trim());
}

async function choose(all: readonly Repository[], root: vscode.Uri | undefined): Promise<Repository | undefined> {
  const given = all.find(({ rootUri }) => rootUri.toString() === root?.toString());
  if (given || all.length < 2) return given ?? all[0];
  const items = all.map((repository) => ({
    repository,
    label: repository.rootUri.path.split("/").at(-1) ?? "",
    description: repository.rootUri.path,
  }));
  const title = vscode.l10n.t("Generate Commit Message");
  return (await vscode.window.showQuickPick(items, { title }))?.repository;
}

/** By the engine's rules, which hold for files that are gone as well. */
async function isPrivate({ engine }: Ctx, { rootUri }: Repository, path: string): Promise<boolean> {
  try {
    await engine.readFile({ path, folder: rootUri.fsPath, startLine: 1, endLine: 1 });
    return false;
  } catch (error) {
    return failureOf(error).code === "private_file";
  }
}

/** A repository without a commit has no log. */
async function subjects(repository: Repository): Promise<string[]> {
  try {
    return subjectsOf((await repository.log({ maxEntries: COMMITS_READ })).map(({ message }) => message));
  } catch {
    return [];
  }
}

async function ask(
  ctx: Ctx,
  text: string,
  examples: string[],
  instruction: string | undefined,
): Promise<{ outcome: TextOutcome; text: string }> {
  const language = languageOf(examples, vscode.env.language);
  const reply = ctx.engine.write({
    task: "commit_message",
    text,
    examples,
    language,
    ...(instruction && { instruction }),
  });
  const options = {
    location: vscode.ProgressLocation.Notification,
    title: `CodeSaga: ${vscode.l10n.t("Generate Commit Message")}`,
    cancellable: true,
  };
  const work = ctx.status.work();
  let message = "";
  try {
    const outcome = await vscode.window.withProgress(options, (_progress, token) => {
      token.onCancellationRequested(() => reply.cancel());
      return pullText(reply, work, (heard) => {
        message = heard;
      });
    });
    return { outcome, text: message };
  } finally {
    work.dispose();
  }
}

async function fill({ inputBox }: Repository, message: string): Promise<void> {
  const before = inputBox.value;
  if (before.trim() === "" || before.trim() === message) {
    inputBox.value = message;
    return;
  }
  const replace = { label: vscode.l10n.t("Replace what is there"), value: message, detail: message };
  const below = `${before.trimEnd()}\n\n${message}`;
  const append = { label: vscode.l10n.t("Add below it"), value: below, detail: `${before.trimEnd()} ⏎ ${message}` };
  const chosen = await vscode.window.showQuickPick([replace, append], {
    title: vscode.l10n.t("Generate Commit Message"),
    placeHolder: vscode.l10n.t("There is a message already."),
  });
  if (!chosen) return;
  inputBox.value = chosen.value;
  const undo = vscode.l10n.t("Undo");
  const answer = await vscode.window.showInformationMessage(vscode.l10n.t("The commit message was changed."), undo);
  if (answer === undo && inputBox.value === chosen.value) inputBox.value = before;
}

function tell(text: string): void {
  void vscode.window.showInformationMessage(text);
}
