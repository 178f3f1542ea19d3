/**
 * The team's own prompts, from `.codesaga/prompts/*.md` of every folder of the workspace. Read when
 * they are first asked for, and again after a change; never in a workspace that is not trusted, since
 * they are words put into the user's mouth.
 */

import * as vscode from "vscode";
import type { Ctx } from "../../ctx";
import { readPromptFile, type TeamPrompt } from "./promptFile";

const PLACE = ".codesaga/prompts";
const PROMPTS_MAX = 100;
const PROMPT_BYTES_MAX = 32 * 1024;

export interface TeamPrompts {
  /** In the order of their names; of two with one name, that of the folder further up. */
  list(): Promise<readonly TeamPrompt[]>;
}

export function registerPrompts(ctx: Ctx): TeamPrompts {
  let known: Promise<readonly TeamPrompt[]> | undefined;
  const forget = () => {
    known = undefined;
  };
  const watcher = ctx.own(vscode.workspace.createFileSystemWatcher(`**/${PLACE}/*.md`));
  for (const changed of [watcher.onDidChange, watcher.onDidCreate, watcher.onDidDelete]) ctx.own(changed(forget));
  ctx.own(vscode.workspace.onDidChangeWorkspaceFolders(forget));
  ctx.own(vscode.workspace.onDidGrantWorkspaceTrust(forget));
  return {
    list: () => {
      known ??= readAll(ctx);
      return known;
    },
  };
}

async function readAll(ctx: Ctx): Promise<readonly TeamPrompt[]> {
  if (!vscode.workspace.isTrusted) return [];
  const found = new Map<string, TeamPrompt>();
  for (const folder of vscode.workspace.workspaceFolders ?? []) {
    for (const prompt of await readFolder(ctx, vscode.Uri.joinPath(folder.uri, PLACE))) {
      if (found.size < PROMPTS_MAX && !found.has(prompt.name)) found.set(prompt.name, prompt);
    }
  }
  return [...found.values()].sort((a, b) => a.name.localeCompare(b.name));
}

async function readFolder(ctx: Ctx, place: vscode.Uri): Promise<TeamPrompt[]> {
  const entries = await vscode.workspace.fs.readDirectory(place).then(
    (all) => all,
    // Most workspaces have none.
    () => [],
  );
  const names = entries.map(([name]) => name).filter((name) => /\.md$/i.test(name));
  const prompts = await Promise.all(
    names.slice(0, PROMPTS_MAX).map((name) => readOne(ctx, vscode.Uri.joinPath(place, name), name)),
  );
  return prompts.filter((prompt) => prompt !== undefined);
}

async function readOne(ctx: Ctx, uri: vscode.Uri, name: string): Promise<TeamPrompt | undefined> {
  try {
    if ((await vscode.workspace.fs.stat(uri)).size > PROMPT_BYTES_MAX) {
      ctx.log.warn(`The prompt ${name} has more than ${PROMPT_BYTES_MAX} bytes and is left out`);
      return undefined;
    }
    const text = new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
    return readPromptFile(name, text, vscode.env.language);
  } catch {
    // Deleted since it was listed, or not ours to read.
    return undefined;
  }
}
