/**
 * CodeSaga in the editor's own chat: as `@codesaga`, and as a model to choose. Each where the editor
 * has it; where it has not, nothing is registered and nothing breaks.
 */

import * as vscode from "vscode";
import type { Ctx } from "../ctx";
import { registerModels } from "./models";
import { registerParticipant } from "./participant";

export function registerEditorChat(ctx: Ctx): void {
  // Editors made from VS Code may lack the whole namespace, whatever the types say.
  const chat: Partial<typeof vscode.chat> | undefined = vscode.chat;
  if (chat?.createChatParticipant) attempt(ctx, "a chat participant", () => registerParticipant(ctx));
  attempt(ctx, "a language model", () => registerModels(ctx));
}

/** Some have a function that refuses to be called. */
function attempt(ctx: Ctx, what: string, register: () => void): void {
  try {
    register();
  } catch (error) {
    ctx.log.info(`The editor does not take ${what}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
