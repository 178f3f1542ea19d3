/**
 * The settings: one getter each, read when asked and never remembered, so that a change takes
 * effect with no listener. The only file that calls `getConfiguration`. The token is no setting;
 * see token.ts.
 */
import * as vscode from "vscode";

export interface Config {
  /** Address of the server, without a slash at the end. */
  readonly serverUrl: string;
  /** The model to ask for; undefined for the server's default. */
  readonly model: string | undefined;
  /** Whether code is completed while typing in that language. */
  completes(languageId: string): boolean;
}

export const config: Config = {
  get serverUrl() {
    return section().get<string>("serverUrl", "").trim().replace(/\/+$/, "");
  },
  get model() {
    return section().get<string>("model", "").trim() || undefined;
  },
  completes(languageId) {
    const settings = section();
    if (!settings.get<boolean>("completion.enabled", true)) return false;
    const languages = settings.get<Record<string, boolean>>("completion.languages", {});
    return languages[languageId] ?? languages["*"] ?? true;
  },
};

/** Whether the engine has to be made anew. */
export function changesServer(event: vscode.ConfigurationChangeEvent): boolean {
  return event.affectsConfiguration("codesaga.serverUrl") || event.affectsConfiguration("codesaga.model");
}

function section(): vscode.WorkspaceConfiguration {
  return vscode.workspace.getConfiguration("codesaga");
}
