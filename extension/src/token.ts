/**
 * The access token: kept in the editor's secret storage, one for each server address, so that a
 * token never goes to a server it was not given for.
 */
import * as vscode from "vscode";

export function readToken(secrets: vscode.SecretStorage, serverUrl: string): Thenable<string | undefined> {
  return secrets.get(key(serverUrl));
}

export function isTokenOf(serverUrl: string, event: vscode.SecretStorageChangeEvent): boolean {
  return event.key === key(serverUrl);
}

export function keepToken(secrets: vscode.SecretStorage, serverUrl: string, token: string): Thenable<void> {
  return secrets.store(key(serverUrl), token.trim());
}

/** Asks for the token; an empty one removes what was kept. */
export async function askForToken(secrets: vscode.SecretStorage, serverUrl: string): Promise<void> {
  const token = await vscode.window.showInputBox({
    title: vscode.l10n.t("Server token for {0}", serverUrl),
    prompt: vscode.l10n.t("It is kept in the editor's secret storage. Leave it empty to remove it."),
    password: true,
    ignoreFocusOut: true,
  });
  if (token === undefined) return;
  if (token.trim() === "") {
    await secrets.delete(key(serverUrl));
    vscode.window.setStatusBarMessage(vscode.l10n.t("Server token removed"), 5000);
    return;
  }
  await keepToken(secrets, serverUrl, token);
  vscode.window.setStatusBarMessage(vscode.l10n.t("Server token saved"), 5000);
}

function key(serverUrl: string): string {
  return `token:${serverUrl}`;
}
