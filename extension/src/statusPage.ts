/**
 * *Show Status*: what is known of the connection and of completion, in a read-only document. First in
 * plain words; then as `key: value` lines that are the same in every language, to paste into a report.
 * It holds no code and no token.
 */
import * as vscode from "vscode";
import type { App } from "./commands";
import type { EngineStats, ServerStatus } from "./engine";
import { type Section, statusWords } from "./statusWords";

/** `checks` are the lines of *Diagnose*, which come first. */
export async function showStatusPage({ ctx, pages }: App, checks: readonly string[] = []): Promise<void> {
  const { extension, config, engine, outcomes, pauses } = ctx;
  const stats = engine.stats();
  const report = {
    server: config.serverUrl,
    ...serverLines(await engine.status()),
    completion: pauses.of()?.kind ?? "on",
    extension: String(extension.extension.packageJSON.version),
    editor: `${vscode.env.appName} ${vscode.version}`,
    system: `${process.platform} ${process.arch}, node ${process.versions.node}`,
    ...statsLines(stats),
  };
  const sections = [
    ...(checks.length > 0 ? [{ heading: vscode.l10n.t("What was looked at"), lines: [...checks] }] : []),
    ...statusWords(stats, outcomes.today),
    { heading: vscode.l10n.t("For a report"), lines: reportLines(report) },
  ];
  pages.status.set(pageText(sections));
  await vscode.window.showTextDocument(pages.status.uri, { preview: true });
}

function serverLines(server: ServerStatus | undefined): Record<string, unknown> {
  if (!server) return { status: "starting" };
  const { kind, ...rest } = server;
  return { status: kind, ...rest };
}

/** One line a number, also those by name: `stats.dropped.prose`. */
function statsLines(stats: EngineStats | undefined): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(stats ?? {}).flatMap(([name, value]: [string, unknown]) =>
      typeof value === "object" && value !== null
        ? Object.entries(value).map(([part, count]) => [`stats.${name}.${part}`, count])
        : [[`stats.${name}`, value]],
    ),
  );
}

function reportLines(report: Record<string, unknown>): string[] {
  return Object.entries(report).map(
    ([name, value]) => `${name}: ${typeof value === "number" ? Math.round(value * 100) / 100 : value}`,
  );
}

function pageText(sections: readonly Section[]): string {
  return sections.map(({ heading, lines }) => `# ${heading}\n\n${lines.join("\n")}\n`).join("\n");
}
