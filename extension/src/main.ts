/** Where the parts are put together, in the order in which they are needed. */
import type * as vscode from "vscode";
import { registerChat } from "./chat/view";
import { registerCommands } from "./commands";
import { createCtx } from "./ctx";
import { registerFix } from "./fix";
import { registerGhostText } from "./ghostText";
import { registerPages } from "./pages";
import { registerEdits } from "./preview";

export function activate(extension: vscode.ExtensionContext): void {
  const ctx = createCtx(extension);
  const pages = registerPages(ctx);
  const edits = registerEdits(ctx, pages);
  const chat = registerChat(ctx);
  registerGhostText(ctx);
  registerFix(ctx);
  registerCommands({ ctx, pages, edits, chat });
}
