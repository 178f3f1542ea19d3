/**
 * Stands in for the editor where a test needs little of it: its words, in English with the places
 * filled in, and the documents and notebooks that a test opens.
 */
import type { NotebookDocument, TextDocument, Uri } from "vscode";

export const l10n = {
  t: (text: string, ...values: (string | number | boolean)[]): string =>
    text.replace(/\{(\d+)\}/g, (place, index) => String(values[Number(index)] ?? place)),
};

export const workspace = {
  textDocuments: [] as TextDocument[],
  notebookDocuments: [] as NotebookDocument[],
  asRelativePath: (uri: Uri): string => uri.path.replace(/^\//, ""),
};
