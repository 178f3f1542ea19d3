/**
 * The one completion under way. The editor cancels it when the text changes, but neither when the
 * cursor goes elsewhere nor on Escape while there is nothing on the screen yet: both are seen here, so
 * that the model is free at once.
 */
import * as vscode from "vscode";
import type { Ctx } from "../ctx";
import type { Reply } from "../engine";

export interface InFlight {
  /** Takes the place of the one before. Call what it gives when the reply has ended. */
  begin(
    reply: Reply,
    document: vscode.TextDocument,
    position: vscode.Position,
    token: vscode.CancellationToken,
  ): () => void;
  letGo(): void;
}

/** Escape is claimed only for what takes longer: most answers come from the cache at once. */
const ESCAPE_AFTER_MS = 50;

export function createInFlight({ own }: Pick<Ctx, "own">): InFlight {
  let current: { readonly cancel: () => void; readonly stillAt: (editor: vscode.TextEditor) => boolean } | undefined;
  let timer: NodeJS.Timeout | undefined;
  let claimed = false;

  const claimEscape = (claim: boolean): void => {
    clearTimeout(timer);
    if (claim === claimed) return;
    claimed = claim;
    void vscode.commands.executeCommand("setContext", "codesaga.completing", claim);
  };
  const letGo = (): void => {
    current?.cancel();
    current = undefined;
    claimEscape(false);
  };

  own({ dispose: letGo });
  own(
    vscode.window.onDidChangeTextEditorSelection(({ textEditor }) => {
      // The same document may be in another editor as well, with a cursor of its own.
      if (textEditor !== vscode.window.activeTextEditor) return;
      if (current && !current.stillAt(textEditor)) letGo();
    }),
  );

  return {
    begin: (reply, document, position, token) => {
      letGo();
      const { version } = document;
      const cancelled = token.onCancellationRequested(() => reply.cancel());
      const mine = {
        cancel: () => reply.cancel(),
        // After a change it is the editor that asks anew.
        stillAt: (editor: vscode.TextEditor) =>
          editor.document !== document || document.version !== version || editor.selection.active.isEqual(position),
      };
      current = mine;
      timer = setTimeout(() => claimEscape(true), ESCAPE_AFTER_MS);
      return () => {
        cancelled.dispose();
        if (current !== mine) return;
        current = undefined;
        claimEscape(false);
      };
    },
    letGo,
  };
}
