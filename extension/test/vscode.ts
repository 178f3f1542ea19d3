/**
 * Stands in for the editor where a test needs little of it: its words, in English with the places
 * filled in, and the documents and notebooks that a test opens.
 */
import type { Uri as EditorUri, NotebookDocument, TextDocument } from "vscode";

export const l10n = {
  t: (text: string, ...values: (string | number | boolean)[]): string =>
    text.replace(/\{(\d+)\}/g, (place, index) => String(values[Number(index)] ?? place)),
};

export const workspace = {
  textDocuments: [] as TextDocument[],
  notebookDocuments: [] as NotebookDocument[],
  asRelativePath: (uri: EditorUri): string => uri.path.replace(/^\//, ""),
  /** Settings stay as they are. */
  onDidChangeConfiguration: () => ({ dispose: () => {} }),
};

/** What the editor offers of its own chat: nothing, until a test says so. */
export const chat: { createChatParticipant?: unknown } = {};
export const lm: { registerLanguageModelChatProvider?: unknown } = {};

/** A message is closed and a command does nothing, until a test says otherwise. */
export const window = {
  activeTextEditor: undefined,
  showInformationMessage: async (..._shown: string[]): Promise<string | undefined> => undefined,
};
export const commands = {
  getCommands: async (): Promise<string[]> => [],
  executeCommand: async (_name: string): Promise<void> => {},
};

export class ThemeIcon {
  constructor(readonly id: string) {}
}

export class Uri {}

export class Location {}

export class ChatResponseTurn {
  constructor(
    readonly participant: string,
    readonly result: { metadata?: unknown },
  ) {}
}

export class LanguageModelTextPart {
  constructor(readonly value: string) {}
}

export const ColorThemeKind = { Light: 1, Dark: 2, HighContrast: 3, HighContrastLight: 4 };

export const ConfigurationTarget = { Global: 1, Workspace: 2, WorkspaceFolder: 3 };
