/**
 * *Show Status*: everything known of the connection, as `key: value` lines in a read-only document,
 * to read and to paste into a report. It holds no code and no token, and is the same in every
 * language.
 */
import * as vscode from "vscode";
import type { App } from "./commands";
import type { EngineStats, ServerStatus } from "./engine";

export async function showStatusPage({ ctx, pages }: App): Promise<void> {
  const { extension, config, engine, status } = ctx;
  const lines = {
    server: config.serverUrl,
    ...serverLines(await engine.status()),
    completion: status.paused ? "paused" : "on",
    extension: String(extension.extension.packageJSON.version),
    editor: `${vscode.env.appName} ${vscode.version}`,
    system: `${process.platform} ${process.arch}, node ${process.versions.node}`,
    ...statsLines(engine.stats()),
  };
  pages.status.set(`${pageText(lines)}\n`);
  await vscode.window.showTextDocument(pages.status.uri, { preview: true });
}

function serverLines(server: ServerStatus | undefined): Record<string, unknown> {
  if (!server) return { status: "starting" };
  const { kind, ...rest } = server;
  return { status: kind, ...rest };
}

function statsLines(stats: EngineStats | undefined): Record<string, unknown> {
  return Object.fromEntries(Object.entries(stats ?? {}).map(([name, value]) => [`stats.${name}`, value]));
}

function pageText(lines: Record<string, unknown>): string {
  return Object.entries(lines)
    .map(([name, value]) => `${name}: ${typeof value === "number" ? Math.round(value * 100) / 100 : value}`)
    .join("\n");
}
