/**
 * The settings: one getter each, read when asked and never remembered, so that a change takes
 * effect with no listener. The only file that calls `getConfiguration`. The token is no setting;
 * see token.ts.
 */
import * as vscode from "vscode";
import { RULES } from "./hints/words";

export interface Config {
  /** Address of the server, without a slash at the end. */
  readonly serverUrl: string;
  /** The model to ask for; undefined for the server's default. */
  readonly model: string | undefined;
  /** The model for refactorings and fixes; undefined for `model`. */
  readonly editModel: string | undefined;
  /** The model for conversations; undefined for `model`. */
  readonly chatModel: string | undefined;
  /** What is set for that kind of work. */
  modelFor(work: Work): string | undefined;
  /** Sets or takes back the model for a kind of work: where it is set already, or else for the user. */
  setModel(work: Work, model: string | undefined): Promise<void>;
  /** Sets server and model for the user. */
  setServer(serverUrl: string, model: string): Promise<void>;
  /** A file of certificates (PEM) trusted in addition to the system's. */
  readonly caFile: string | undefined;
  /** The editor's own proxy; undefined when it has none, or is told to use none. */
  readonly proxyUrl: string | undefined;
  /** Hosts that the editor reaches without it. */
  readonly noProxy: string[];
  /** Whether code is completed anywhere. */
  readonly completesAtAll: boolean;
  /** Turns completion on or off for everything: where the setting is made already, or else for the user. */
  setCompletesAtAll(on: boolean): Promise<void>;
  /** Whether Cursor's agent is offered the server's tools. */
  readonly registersMcpServer: boolean;
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

  /** Names of the colour themes that may be on show, the likeliest first. */
  colourThemes(kind: vscode.ColorThemeKind): string[];
  /** What hints are wanted in a document. */
  hintsFor(document: vscode.TextDocument): WantedHints;
  /** Turns hints of a rule off: where the setting is made already, or else for the user. */
  turnOffHint(rule: string): Promise<void>;
  /** Whether the user declared that file read-only. */
  isReadOnly(document: vscode.TextDocument): boolean;
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
    return this.modelFor("all");
  },
  get editModel() {
    return this.modelFor("edit");
  },
  get chatModel() {
    return this.modelFor("chat");
  },
  modelFor(work) {
    return chosenModel(work).trim() || undefined;
  },
  async setModel(work, model) {
    const settings = section();
    const name = MODEL_SETTING[work];
    const target = settings.inspect<string>(name)?.workspaceValue === undefined ? GLOBAL : WORKSPACE;
    await settings.update(name, model, target);
  },
  async setServer(serverUrl, model) {
    const settings = section();
    await settings.update("model", model, GLOBAL);
    await settings.update("serverUrl", serverUrl, GLOBAL);
  },
  get caFile() {
    return section().get<string>("caFile", "").trim() || undefined;
  },
  get proxyUrl() {
    const all = vscode.workspace.getConfiguration();
    if (all.get<string>(HTTP.proxySupport, "override") === "off") return undefined;
    return all.get<string>(HTTP.proxy, "").trim() || undefined;
  },
  get noProxy() {
    return vscode.workspace.getConfiguration().get<string[]>(HTTP.noProxy, []);
  },
  get completesAtAll() {
    return section().get<boolean>("completion.enabled", true);
  },
  async setCompletesAtAll(on) {
    const settings = section();
    const isOfWorkspace = settings.inspect<boolean>("completion.enabled")?.workspaceValue !== undefined;
    await settings.update("completion.enabled", on, isOfWorkspace ? WORKSPACE : GLOBAL);
  },
  get registersMcpServer() {
    return section().get<boolean>("cursor.registerMcpServer", true);
  },
  completes(languageId) {
    const settings = section();
    if (!this.completesAtAll) return false;
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
  colourThemes(kind) {
    const all = vscode.workspace.getConfiguration();
    const named = (name: string) => all.get<string>(name, "");
    const follows = (name: string) => all.get<boolean>(name, false);
    const preferred = named(PREFERRED_THEMES[kind]);
    const chosen = named("workbench.colorTheme");
    return follows("window.autoDetectColorScheme") ? [preferred, chosen] : [chosen, preferred];
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
  hintsFor(document) {
    const settings = section(document);
    const chosen = settings.get<Record<string, boolean>>("hints.rules", {});
    return {
      enabled: settings.get<boolean>("hints.enabled", true),
      rules: RULES.filter((rule) => chosen[rule] !== false),
      limits: settings.get<HintLimits>("hints.limits", {}),
    };
  },
  async turnOffHint(rule) {
    const settings = section();
    const { workspaceValue, globalValue } = settings.inspect<Record<string, boolean>>("hints.rules") ?? {};
    const [target, before] = workspaceValue ? [WORKSPACE, workspaceValue] : [GLOBAL, globalValue];
    await settings.update("hints.rules", { ...before, [rule]: false }, target);
  },
  isReadOnly(document) {
    const files = vscode.workspace.getConfiguration("files", document);
    const folder = vscode.workspace.getWorkspaceFolder(document.uri);
    const holds = (name: string): boolean =>
      Object.entries(files.get<Excluded>(name, {})).some(([glob, on]) => {
        const pattern = folder && !glob.startsWith("/") ? new vscode.RelativePattern(folder, glob) : glob;
        return on === true && vscode.languages.match({ pattern }, document) > 0;
      });
    return holds(READ_ONLY.include) && !holds(READ_ONLY.exclude);
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

/** The editor's own settings. */
const FORMAT_ON_SAVE = "formatOnSave";
const READ_ONLY = { include: "readonlyInclude", exclude: "readonlyExclude" };

/** What a model can be chosen for. */
export type Work = "all" | "edit" | "chat";

const MODEL_SETTING: Readonly<Record<Work, string>> = { all: "model", edit: "models.edit", chat: "models.chat" };

/** The editor's own settings. */
const HTTP = { proxy: "http.proxy", proxySupport: "http.proxySupport", noProxy: "http.noProxy" } as const;

function chosenModel(work: Work): string {
  switch (work) {
    case "all":
      return section().get<string>("model", "");
    case "edit":
      return section().get<string>("models.edit", "");
    case "chat":
      return section().get<string>("models.chat", "");
  }
}

/** The editor's settings for the themes that follow the system. */
const PREFERRED_THEMES: Readonly<Record<vscode.ColorThemeKind, string>> = {
  [vscode.ColorThemeKind.Light]: "workbench.preferredLightColorTheme",
  [vscode.ColorThemeKind.Dark]: "workbench.preferredDarkColorTheme",
  [vscode.ColorThemeKind.HighContrast]: "workbench.preferredHighContrastColorTheme",
  [vscode.ColorThemeKind.HighContrastLight]: "workbench.preferredHighContrastLightColorTheme",
};

type Languages = Record<string, boolean>;

/** From where on something is worth a hint; the engine knows the usual limits. */
export interface HintLimits {
  functionLines?: number;
  nesting?: number;
  parameters?: number;
}

export interface WantedHints {
  readonly enabled: boolean;
  /** Names of rules. */
  readonly rules: string[];
  readonly limits: HintLimits;
}

/** A pattern that holds only beside another file is an object instead. */
type Excluded = Record<string, boolean | object>;

const GLOBAL = vscode.ConfigurationTarget.Global;
const WORKSPACE = vscode.ConfigurationTarget.Workspace;

/** Whether the engine has to be made anew. */
export function changesServer(event: vscode.ConfigurationChangeEvent): boolean {
  const names = ["codesaga.serverUrl", "codesaga.model", "codesaga.models", "codesaga.caFile", "http"];
  return names.some((name) => event.affectsConfiguration(name));
}

/** Whether Cursor's agent may be offered other tools than before. */
export function changesCursor(event: vscode.ConfigurationChangeEvent): boolean {
  return event.affectsConfiguration("codesaga.cursor");
}

/** Whether other files than before may be read. */
export function changesIndex(event: vscode.ConfigurationChangeEvent): boolean {
  return ["files.exclude", "search.exclude", "codesaga.privateFiles"].some((name) => event.affectsConfiguration(name));
}

/** Whether the chat's input behaves otherwise than before. */
export function changesChatInput(event: vscode.ConfigurationChangeEvent): boolean {
  return event.affectsConfiguration("codesaga.chat");
}

/** Whether other hints than before may be wanted. */
export function changesHints(event: vscode.ConfigurationChangeEvent): boolean {
  return event.affectsConfiguration("codesaga.hints");
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
