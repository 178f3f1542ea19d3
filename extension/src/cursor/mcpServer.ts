/**
 * The team server's MCP tools, registered with Cursor as they are now: again when address, token or the setting change,
 * and taken back at the end.
 */
import * as vscode from "vscode";
import { changesCursor, changesServer } from "../config";
import type { Ctx } from "../ctx";
import { isTokenOf, readToken } from "../token";

/** What Cursor's extensions can do with MCP servers: https://cursor.com/docs/extension-api */
export interface McpServers {
  registerServer(config: { name: string; server: Server }): unknown;
  unregisterServer(name: string): unknown;
}

interface Server {
  readonly url: string;
  readonly headers?: Record<string, string>;
}

const NAME = "codesaga";

export function registerMcpServer({ own, config, extension, log }: Ctx, servers: McpServers): void {
  let registered: Server | undefined;
  let turn = 0;

  const put = (wanted: Server | undefined): void => {
    if (same(registered, wanted)) return;
    try {
      if (registered) servers.unregisterServer(NAME);
      registered = undefined;
      if (wanted) servers.registerServer({ name: NAME, server: wanted });
      registered = wanted;
    } catch (error) {
      log.warn(`Cursor does not take the MCP server: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  const update = async (): Promise<void> => {
    turn += 1;
    const mine = turn;
    const { serverUrl } = config;
    const token = await readToken(extension.secrets, serverUrl);
    // Settings and token may change together; only the newest counts.
    if (mine !== turn) return;
    const headers = token && { headers: { Authorization: `Bearer ${token}` } };
    put(config.registersMcpServer && serverUrl ? { url: `${serverUrl}/mcp`, ...headers } : undefined);
  };

  own(
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (changesServer(event) || changesCursor(event)) void update();
    }),
  );
  own(extension.secrets.onDidChange((event) => isTokenOf(config.serverUrl, event) && void update()));
  own({
    dispose: () => {
      turn += 1;
      put(undefined);
    },
  });
  void update();
}

function same(one: Server | undefined, other: Server | undefined): boolean {
  return one?.url === other?.url && one?.headers?.Authorization === other?.headers?.Authorization;
}
