/** The name people know a language by, from what the installed extensions say of it. */
import * as vscode from "vscode";

interface Contribution {
  readonly id?: unknown;
  readonly aliases?: readonly unknown[];
}

export function languageName(languageId: string): string {
  for (const { packageJSON } of vscode.extensions.all) {
    const languages: unknown = packageJSON?.contributes?.languages;
    if (!Array.isArray(languages)) continue;
    const found = (languages as Contribution[]).find(({ id }) => id === languageId)?.aliases?.[0];
    if (typeof found === "string" && found !== "") return found;
  }
  return languageId;
}
