/**
 * Tells the engine which folders it may read for what other files say, what in them is none of its
 * business, and which of their files changed. An untrusted workspace is not read.
 */
import * as vscode from "vscode";
import { changesIndex } from "./config";
import type { Ctx } from "./ctx";
import { showFailure } from "./errors";
import { PathBatch } from "./pathBatch";

/** One build or checkout touches many files at once; the index may follow a moment later. */
const GATHERED_MS = 500;

/** Folders on disk where the extension runs; a virtual file system is not read. */
const ON_DISK: readonly string[] = ["file", "vscode-remote"];

export function registerWorkspaceIndex(ctx: Ctx): void {
  const { own, config, engine } = ctx;
  const batch = new PathBatch();
  let timer: NodeJS.Timeout | undefined;

  const tell = (): void => {
    clearTimeout(timer);
    timer = undefined;
    batch.take();
    const trusted = vscode.workspace.isTrusted;
    const failure = engine.setWorkspace({
      folders: trusted ? folders() : [],
      exclude: config.excludedFiles,
      private: config.privateFiles,
    });
    // A pattern that is none would leave files readable that were meant to be private.
    if (failure) void showFailure(ctx, failure);
  };
  const flush = (): void => {
    timer = undefined;
    const paths = batch.take();
    if (paths === "too many") tell();
    else if (paths.length > 0) engine.filesChanged(paths);
  };
  const changed = ({ scheme, fsPath }: vscode.Uri): void => {
    if (!ON_DISK.includes(scheme) || !vscode.workspace.isTrusted) return;
    batch.add(fsPath);
    timer ??= setTimeout(flush, GATHERED_MS);
  };

  const watcher = own(vscode.workspace.createFileSystemWatcher("**/*"));
  own(watcher.onDidCreate(changed));
  own(watcher.onDidChange(changed));
  own(watcher.onDidDelete(changed));
  // Where files are not watched, saving still tells.
  own(vscode.workspace.onDidSaveTextDocument(({ uri }) => changed(uri)));
  own(engine.onDidStart(tell));
  own(vscode.workspace.onDidChangeWorkspaceFolders(tell));
  own(vscode.workspace.onDidGrantWorkspaceTrust(tell));
  own(vscode.workspace.onDidChangeConfiguration((event) => changesIndex(event) && tell()));
  own({ dispose: () => clearTimeout(timer) });
}

function folders(): { path: string; name: string }[] {
  const all = vscode.workspace.workspaceFolders ?? [];
  return all.filter(({ uri }) => ON_DISK.includes(uri.scheme)).map(({ uri, name }) => ({ path: uri.fsPath, name }));
}
