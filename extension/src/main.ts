/** Where the parts are put together, in the order in which they are needed. */
import type * as vscode from "vscode";
import { registerChat } from "./chat/view";
import { registerCommands } from "./commands";
import { registerGhostText } from "./completion/ghostText";
import { registerPrefill } from "./completion/prefill";
import { createCtx } from "./ctx";
import { registerQuickFix } from "./fix/quickFix";
import { registerPages } from "./pages";
import { registerEdits } from "./preview";
import { registerWorkspaceIndex } from "./workspaceIndex";

export function activate(extension: vscode.ExtensionContext): void {
  const ctx = createCtx(extension);
  const pages = registerPages(ctx);
  const edits = registerEdits(ctx, pages);
  const chat = registerChat(ctx);
  const ghostText = registerGhostText(ctx);
  registerPrefill(ctx);
  registerWorkspaceIndex(ctx);
  registerQuickFix(ctx);
  registerCommands({ ctx, pages, edits, chat, ghostText });
}
