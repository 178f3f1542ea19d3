/** When a document's diagnostics say something about its new text: language servers answer when they are done. */
import * as vscode from "vscode";

/** Some servers report in several steps: they are done when nothing new has come for so long. */
const QUIET_MS = 1000;
/** As long as they say what they said of the old text, a server that is slow has not come to the new one yet. */
const QUIET_UNCHANGED_MS = 10_000;
/** How long a server on a busy machine may take to begin, and how long in all. */
const FIRST_WITHIN_MS = 15_000;
const ALL_WITHIN_MS = 45_000;
/** Tools that look at files on disk know nothing new before it is saved. */
const SAVED_WITHIN_MS = 120_000;

/**
 * Waits until they are settled. Where nothing comes while the document is not saved, that is waited
 * for; false when it never is, so that the old diagnostics still stand. `saysNew` tells whether they are others than
 * before.
 */
export async function settled(document: vscode.TextDocument, saysNew: () => boolean): Promise<boolean> {
  if (await changes(document, saysNew)) return true;
  if (!document.isDirty) return true;
  if (!(await saved(document))) return false;
  await changes(document, saysNew);
  return true;
}

/** Waits for new diagnostics and then for quiet; false when none came. */
function changes({ uri }: vscode.TextDocument, saysNew: () => boolean): Promise<boolean> {
  return new Promise((resolve) => {
    let seen = false;
    const done = () => {
      listener.dispose();
      clearTimeout(quiet);
      clearTimeout(limit);
      resolve(seen);
    };
    let quiet = setTimeout(done, FIRST_WITHIN_MS);
    const limit = setTimeout(done, ALL_WITHIN_MS);
    const listener = vscode.languages.onDidChangeDiagnostics(({ uris }) => {
      if (!uris.some((one) => one.toString() === uri.toString())) return;
      seen = true;
      clearTimeout(quiet);
      quiet = setTimeout(done, saysNew() ? QUIET_MS : QUIET_UNCHANGED_MS);
    });
  });
}

function saved(document: vscode.TextDocument): Promise<boolean> {
  return new Promise((resolve) => {
    const done = (whether: boolean) => {
      for (const one of listeners) one.dispose();
      clearTimeout(limit);
      resolve(whether);
    };
    const limit = setTimeout(done, SAVED_WITHIN_MS, false);
    const listeners = [
      vscode.workspace.onDidSaveTextDocument((one) => one === document && done(true)),
      vscode.workspace.onDidCloseTextDocument((one) => one === document && done(false)),
    ];
  });
}
