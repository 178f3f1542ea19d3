/**
 * Which documents the engine follows, and how an editor's change becomes the engine's.
 * It keeps no state; engine.ts does.
 */
import type * as vscode from "vscode";

/** Documents a person writes. Output, git's old versions and our own pages are none. */
const SCHEMES: readonly string[] = [
  "file",
  "untitled",
  "vscode-remote",
  "vscode-vfs",
  "vscode-notebook-cell",
  "vscode-test-web",
  "vsls",
];

/** UTF-8 is never shorter than UTF-16, so more units than this are certainly more bytes than the engine takes. */
export const DOCUMENT_UNITS_MAX = 4 * 1024 * 1024;

export function isFollowed(document: vscode.TextDocument): boolean {
  return SCHEMES.includes(document.uri.scheme) && !document.isClosed;
}

/** For the editor's registrations of providers. */
export function selector(): vscode.DocumentFilter[] {
  return SCHEMES.map((scheme) => ({ scheme }));
}

export interface Change {
  startOffset: number;
  endOffset: number;
  text: string;
}

/** In the editor's order: each holds against the text that the ones before have left. */
export function changesOf(event: vscode.TextDocumentChangeEvent): Change[] {
  return event.contentChanges.map((change) => ({
    startOffset: change.rangeOffset,
    endOffset: change.rangeOffset + change.rangeLength,
    text: change.text,
  }));
}
