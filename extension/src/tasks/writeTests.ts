/**
 * *Write Tests*: for the code at the cursor, in the file where its language has them. A file that does
 * not exist yet is an unsaved document: on disk there is nothing before the user saves it.
 */
import * as vscode from "vscode";
import { withinLimit } from "../chat/context/automatic";
import type { App } from "../commands";
import { type Target, targetAt, tellNoTarget } from "./target";
import { testPathsOf } from "./testFile";

export async function writeTests({ ctx, edits }: App, instruction?: string): Promise<void> {
  const target = await targetAt();
  if (!target) {
    tellNoTarget(vscode.l10n.t("Select the code to test, or put the cursor into it."));
    return;
  }
  const tests = await testsOf(target.document);
  const end = tests.getText().length;
  // Where both are in one document, the engine finds the place.
  const [asked, context] =
    tests === target.document ? [target.span, undefined] : [{ start: end, end }, [codeOf(target)]];
  await edits.propose({
    document: tests,
    title: `${target.name} · ${vscode.l10n.t("Write Tests")}`,
    spans: [asked],
    ask: ([span = asked], tried) =>
      ctx.engine.edit(tests, {
        task: "write_tests",
        startOffset: span.start,
        endOffset: span.end,
        ...(instruction && { instruction }),
        ...(context && { context }),
        ...(tried && { tried }),
      }),
  });
}

function codeOf({ document, range }: Target) {
  return withinLimit({
    path: vscode.workspace.asRelativePath(document.uri),
    language: document.languageId,
    startLine: range.start.line + 1,
    endLine: range.end.line + 1,
    text: document.getText(range),
  });
}

/** The document for the tests; the code's own where the code is in no folder of the workspace. */
async function testsOf(document: vscode.TextDocument): Promise<vscode.TextDocument> {
  const folder = vscode.workspace.getWorkspaceFolder(document.uri);
  if (!folder) return document;
  const { known, fresh } = testPathsOf(vscode.workspace.asRelativePath(document.uri, false));
  const uriOf = (path: string) => vscode.Uri.joinPath(folder.uri, path);
  for (const path of known) {
    if (await exists(uriOf(path))) return vscode.workspace.openTextDocument(uriOf(path));
  }
  let chosen = fresh.at(-1) ?? "";
  for (const path of fresh) {
    if (await exists(uriOf(path.slice(0, path.lastIndexOf("/") + 1)))) {
      chosen = path;
      break;
    }
  }
  return vscode.workspace.openTextDocument(uriOf(chosen).with({ scheme: "untitled" }));
}

async function exists(uri: vscode.Uri): Promise<boolean> {
  try {
    await vscode.workspace.fs.stat(uri);
    return true;
  } catch {
    return false;
  }
}
