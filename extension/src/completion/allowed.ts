/** Whether completion has any business in a document: one that a person writes, not paused, language not off. */
import type * as vscode from "vscode";
import type { Ctx } from "../ctx";
import { isFollowed } from "../documents";

export function completes({ pauses, config }: Pick<Ctx, "pauses" | "config">, document: vscode.TextDocument): boolean {
  return isFollowed(document) && !pauses.of(document.uri) && config.completes(document.languageId);
}
