/**
 * What CodeSaga does in Cursor alone: its tools are offered to Cursor's agent, and who completes is asked once.
 * Anywhere else nothing happens.
 */
import * as vscode from "vscode";
import type { Ctx } from "../ctx";
import { type McpServers, registerMcpServer } from "./mcpServer";
import { askWhoCompletes } from "./tab";

export function registerCursor(ctx: Ctx): void {
  if (vscode.env.appName !== "Cursor") return;
  void askWhoCompletes(ctx);
  // Only newer versions have it, and no types of it are published.
  const servers = (vscode as { cursor?: { mcp?: Partial<McpServers> } }).cursor?.mcp;
  if (servers?.registerServer && servers.unregisterServer) registerMcpServer(ctx, servers as McpServers);
}
