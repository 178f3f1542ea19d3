/**
 * Reads what goes along with a question by the engine's own rules: nothing of a private file, no
 * secret, and what is open as it stands in the editor.
 */

import * as vscode from "vscode";
import { l10n } from "vscode";
import type { Ctx } from "../../ctx";
import { type ChatContext, failureOf } from "../../engine";
import { failureText } from "../../errors";

/** What may be sent of a place. */
export interface ReadText {
  context: ChatContext;
  /** How many secrets were taken out of it. */
  secrets: number;
}

export type Place = Parameters<Ctx["engine"]["readFile"]>[0];

/** What came of reading: the text, or a sentence that says why not. */
export type Read = { kind: "text"; text: ReadText } | { kind: "refused"; code: string; sentence: string };

export async function read(ctx: Ctx, place: Place): Promise<Read> {
  try {
    const { secrets, ...context } = await ctx.engine.readFile(place);
    return { kind: "text", text: { context, secrets } };
  } catch (error) {
    const failure = failureOf(error);
    return { kind: "refused", code: failure.code, sentence: sentenceOf(place.path, failure) };
  }
}

/** Whether the engine refuses to read anything of that file. */
export async function isPrivate(ctx: Ctx, path: string): Promise<boolean> {
  const first = await read(ctx, { path, startLine: 1, endLine: 1 });
  return first.kind === "refused" && first.code === PRIVATE;
}

/** The code of a refusal that no setting of a question can change. */
export const PRIVATE = "private_file";

function sentenceOf(path: string, failure: { code: string; message: string }): string {
  switch (failure.code) {
    case PRIVATE:
      return l10n.t("{0} is a private file. Nothing of it is sent.", path);
    case "not_found":
      return l10n.t("{0} is not in the workspace, or it is gone.", path);
    case "too_large":
      return l10n.t("{0} is too large to go along. Select the part that matters.", path);
    default:
      return failureText(failure);
  }
}

/** How a document is called where its text is sent. */
export function shownPath(uri: vscode.Uri): string {
  return vscode.workspace.asRelativePath(uri);
}

/** What the tooltip says of secrets; nothing when there were none. */
export function secretsLine(secrets: number): string | undefined {
  if (secrets === 0) return undefined;
  return secrets === 1 ? l10n.t("1 secret was hidden.") : l10n.t("{0} secrets were hidden.", secrets);
}
