/** Where the parts are put together, in the order in which they are needed. */
import type * as vscode from "vscode";
import { registerAcrossFiles } from "./acrossFiles/acrossFiles";
import { registerChat } from "./chat/view";
import { registerCommands } from "./commands";
import { registerGhostText } from "./completion/ghostText";
import { registerPrefill } from "./completion/prefill";
import { createCtx } from "./ctx";
import { registerCursor } from "./cursor/cursor";
import { registerEditorChat } from "./editorChat/editorChat";
import { registerQuickFix } from "./fix/quickFix";
import { registerHintActions } from "./hints/actions";
import { registerHints } from "./hints/hints";
import { registerLenses } from "./lenses";
import { registerPages } from "./pages";
import { registerEdits } from "./preview";
import { registerExplanations } from "./tasks/explanations";
import { registerWorkspaceIndex } from "./workspaceIndex";

export function activate(extension: vscode.ExtensionContext): void {
  const ctx = createCtx(extension);
  const pages = registerPages(ctx);
  const edits = registerEdits(ctx, pages);
  const chat = registerChat(ctx, edits);
  registerEditorChat(ctx);
  registerCursor(ctx);
  const ghostText = registerGhostText(ctx);
  registerPrefill(ctx);
  registerWorkspaceIndex(ctx);
  registerQuickFix(ctx);
  registerLenses(ctx);
  const explanations = registerExplanations(ctx);
  const acrossFiles = registerAcrossFiles(ctx, pages);
  const hints = registerHints(ctx);
  registerHintActions(ctx, hints);
  registerCommands({ ctx, pages, edits, chat, ghostText, explanations, acrossFiles, hints });
}
