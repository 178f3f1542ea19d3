/**
 * The little that is needed of the built-in git extension, as its own `git.d.ts` declares it. Its
 * interface is of version 1 since 2018.
 */
import * as vscode from "vscode";

export interface Repository {
  readonly rootUri: vscode.Uri;
  readonly inputBox: { value: string };
  readonly state: { readonly indexChanges: readonly unknown[] };
  /** The staged changes, or those of the working tree against what is staged; new files are in none. */
  diff(cached?: boolean): Promise<string>;
  log(options: { maxEntries: number }): Promise<readonly { readonly message: string }[]>;
}

interface GitExtension {
  /** Throws while git is switched off. */
  getAPI(version: 1): { readonly repositories: readonly Repository[] };
}

/** Undefined where there is no git, or it is switched off. */
export async function repositories(): Promise<readonly Repository[] | undefined> {
  const extension = vscode.extensions.getExtension<GitExtension>("vscode.git");
  if (!extension) return undefined;
  try {
    return (await extension.activate()).getAPI(1).repositories;
  } catch {
    return undefined;
  }
}
