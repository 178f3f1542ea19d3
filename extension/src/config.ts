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
  /** Whether code is completed in that language. */
  completes(languageId: string): boolean;
  /** Turns completion on or off for a language: where the setting is made already, or else for the user. */
  setCompletes(languageId: string, on: boolean): Promise<void>;
  /** Where nothing is completed while typing. */
  readonly skip: { readonly comments: boolean; readonly strings: boolean };
  /** Which keys send a question. */
  readonly chatSendWith: "enter" | "ctrlEnter";
  /** Whether *Explain* and *Document* stand above the document's functions. */
  hasLenses(document: vscode.TextDocument): boolean;
  /** How a proposed edit of that document is shown. */
  editPreview(document: vscode.TextDocument): EditPreview;
  /** Whether the editor formats that document when it is saved. */
  formatsOnSave(document: vscode.TextDocument): boolean;
  /** Patterns of files that are never read, beside those known to hold secrets. */
  readonly privateFiles: string[];
  /** Patterns of files that the editor neither shows nor searches. */
  readonly excludedFiles: string[];
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
    const languages = settings.get<Languages>("completion.languages", {});
    return languages[languageId] ?? languages["*"] ?? true;
  },
  async setCompletes(languageId, on) {
    const settings = section();
    const { workspaceValue, globalValue } = settings.inspect<Languages>("completion.languages") ?? {};
    const [target, before] = workspaceValue ? [WORKSPACE, workspaceValue] : [GLOBAL, globalValue];
    await settings.update("completion.languages", { ...before, [languageId]: on }, target);
    // The switch for everything would keep the language silent.
    if (on && !settings.get<boolean>("completion.enabled", true)) {
      await settings.update("completion.enabled", true, GLOBAL);
    }
  },
  get skip() {
    const settings = section();
    return {
      comments: !settings.get<boolean>("completion.inComments", true),
      strings: !settings.get<boolean>("completion.inStrings", true),
    };
  },
  get chatSendWith() {
    return section().get<string>("chat.sendWith") === "ctrlEnter" ? "ctrlEnter" : "enter";
  },
  hasLenses(document) {
    return section(document).get<boolean>("lenses.enabled", false);
  },
  editPreview(document) {
    return section(document).get<EditPreview>("edits.preview", "auto");
  },
  formatsOnSave(document) {
    return vscode.workspace.getConfiguration("editor", document).get(FORMAT_ON_SAVE, false);
  },
  get privateFiles() {
    // A workspace may add to what its user keeps private, and take nothing away.
    const { globalValue = [], workspaceValue = [] } = section().inspect<string[]>("privateFiles") ?? {};
    return [...new Set([...globalValue, ...workspaceValue])];
  },
  get excludedFiles() {
    const all = vscode.workspace.getConfiguration();
    const patterns = ["files.exclude", "search.exclude"].flatMap((name) => Object.entries(all.get<Excluded>(name, {})));
    return [...new Set(patterns.filter(([, on]) => on === true).map(([pattern]) => pattern))];
  },
};

/** `auto` is in place for a few lines, a diff for more. */
export type EditPreview = "auto" | "diff" | "inline";

/** The editor's own setting. */
const FORMAT_ON_SAVE = "formatOnSave";

type Languages = Record<string, boolean>;

/** A pattern that holds only beside another file is an object instead. */
type Excluded = Record<string, boolean | object>;

const GLOBAL = vscode.ConfigurationTarget.Global;
const WORKSPACE = vscode.ConfigurationTarget.Workspace;

/** Whether the engine has to be made anew. */
export function changesServer(event: vscode.ConfigurationChangeEvent): boolean {
  return event.affectsConfiguration("codesaga.serverUrl") || event.affectsConfiguration("codesaga.model");
}

/** Whether other files than before may be read. */
export function changesIndex(event: vscode.ConfigurationChangeEvent): boolean {
  return ["files.exclude", "search.exclude", "codesaga.privateFiles"].some((name) => event.affectsConfiguration(name));
}

/** Whether the chat's input behaves otherwise than before. */
export function changesChatInput(event: vscode.ConfigurationChangeEvent): boolean {
  return event.affectsConfiguration("codesaga.chat");
}

/** Whether completion may be on or off where it was not. */
export function changesCompletion(event: vscode.ConfigurationChangeEvent): boolean {
  return event.affectsConfiguration("codesaga.completion");
}

/** Whether lenses may be wanted where they were not. */
export function changesLenses(event: vscode.ConfigurationChangeEvent): boolean {
  return event.affectsConfiguration("codesaga.lenses");
}

function section(scope?: vscode.ConfigurationScope): vscode.WorkspaceConfiguration {
  return vscode.workspace.getConfiguration("codesaga", scope);
}
