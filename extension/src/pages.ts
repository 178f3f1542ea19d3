/**
 * Read-only documents of ours that live in no file: proposed edits, answers without code, the
 * status page. What stands in them is decided elsewhere.
 */
import * as vscode from "vscode";
import type { Ctx } from "./ctx";

/** Of the right half of a proposal's diff. */
export const EDIT_SCHEME = "codesaga-edit";
const STATUS_SCHEME = "codesaga-status";
const ANSWER_SCHEME = "codesaga-answer";

export interface Page extends vscode.Disposable {
  readonly uri: vscode.Uri;
  /** Replaces the text; an editor that shows the page follows. */
  set(text: string): void;
}

export interface Pages {
  /** A new page for a proposed edit, named after `path` so that the editor shows and colours it alike. */
  createEdit(path: string): Page;
  /** What a model said instead of code, the last time. */
  readonly answer: Page;
  readonly status: Page;
}

export function registerPages(ctx: Ctx): Pages {
  const createEdit = registerScheme(ctx, EDIT_SCHEME);
  const createAnswer = registerScheme(ctx, ANSWER_SCHEME);
  const createStatus = registerScheme(ctx, STATUS_SCHEME);
  let made = 0;
  return {
    createEdit: (path) => {
      made += 1;
      return createEdit(path, String(made));
    },
    answer: createAnswer(`/${vscode.l10n.t("Answer")}.md`, ""),
    status: createStatus("CodeSaga", ""),
  };
}

/** Gives the maker of that scheme's pages. */
function registerScheme(ctx: Ctx, scheme: string): (path: string, query: string) => Page {
  const texts = new Map<string, string>();
  const changed = ctx.own(new vscode.EventEmitter<vscode.Uri>());
  const provider: vscode.TextDocumentContentProvider = {
    onDidChange: changed.event,
    provideTextDocumentContent: (uri) => texts.get(uri.toString()) ?? "",
  };
  ctx.own(vscode.workspace.registerTextDocumentContentProvider(scheme, provider));
  return (path, query) => {
    const uri = vscode.Uri.from({ scheme, path, query });
    return {
      uri,
      set: (text) => {
        texts.set(uri.toString(), text);
        changed.fire(uri);
      },
      dispose: () => void texts.delete(uri.toString()),
    };
  };
}
