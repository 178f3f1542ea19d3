/** A proposal in the editor's own diff view: the document to the left, a page of ours to the right. */
import * as vscode from "vscode";
import type { Page } from "../pages";

export interface DiffView {
  /** When the editor has opened it. */
  readonly opened: Promise<void>;
  close(): Promise<void>;
}

/** The page is opened by the diff alone: an opening of ours would keep it alive after the diff is closed. */
export function openDiff(document: vscode.TextDocument, page: Page, title: string, offset: number): DiffView {
  const open = async (): Promise<void> => {
    const start = document.positionAt(offset);
    await vscode.commands.executeCommand("vscode.diff", document.uri, page.uri, `${title} — CodeSaga`, {
      // In a preview tab, looking at another file would close the diff, and with it the proposal.
      preview: false,
      selection: new vscode.Range(start, start),
    } satisfies vscode.TextDocumentShowOptions);
    const shown = vscode.workspace.textDocuments.find((one) => one.uri.toString() === page.uri.toString());
    if (shown && shown.languageId !== document.languageId) {
      await vscode.languages.setTextDocumentLanguage(shown, document.languageId);
    }
  };
  const opened = open();
  const close = async (): Promise<void> => {
    await opened;
    await closeTabs((tab) => isDiffOf(tab, page.uri));
  };
  return { opened, close };
}

export function isDiffOf(tab: vscode.Tab, page: vscode.Uri): boolean {
  return tab.input instanceof vscode.TabInputTextDiff && tab.input.modified.toString() === page.toString();
}

export async function closeTabs(which: (tab: vscode.Tab) => boolean): Promise<void> {
  const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs).filter(which);
  if (tabs.length > 0) await vscode.window.tabGroups.close(tabs, false);
}
