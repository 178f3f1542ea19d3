/**
 * What the engine and this day have counted, in plain words: lines under headings, for the status page.
 * Pure but for the language.
 */
import { l10n } from "vscode";
import type { OutcomeKind } from "./completion/outcome";
import { dropWords, leftOutWords } from "./countWords";
import type { EngineStats } from "./engine";

export interface Section {
  readonly heading: string;
  readonly lines: readonly string[];
}

/** Sections with nothing to tell are left out. */
export function statusWords(stats: EngineStats | undefined, today: (kind: OutcomeKind) => number): Section[] {
  const sections = [{ heading: l10n.t("Suggestions today"), lines: todayLines(today) }];
  if (stats) {
    sections.push(
      { heading: l10n.t("Since this window was opened"), lines: windowLines(stats) },
      { heading: l10n.t("Not shown, by reason"), lines: countLines(stats.dropped, dropWords) },
      { heading: l10n.t("Other files of the workspace"), lines: indexLines(stats) },
    );
  }
  return sections.filter(({ lines }) => lines.length > 0);
}

function todayLines(today: (kind: OutcomeKind) => number): string[] {
  const judged = today("survived") + today("changed");
  const lines = [
    l10n.t("Shown: {0}", today("shown")),
    l10n.t("Accepted whole: {0}", today("accepted")),
    l10n.t("Accepted by word or line: {0}", today("partially_accepted")),
    l10n.t("Dismissed: {0}", today("dismissed")),
  ];
  if (judged > 0) lines.push(l10n.t("Still there after half a minute: {0} of {1}", today("survived"), judged));
  return lines;
}

function windowLines(stats: EngineStats): string[] {
  return [
    l10n.t("Questions sent to the model: {0}", stats.requestsSent),
    l10n.t("Suggestions served from memory, without a question: {0}", stats.cacheHits),
    l10n.t("Suggestions served by an answer already on its way: {0}", stats.inFlightReused),
    l10n.t("Asked ahead, as if a suggestion were accepted: {0}, used: {1}", stats.speculated, stats.speculationHits),
    l10n.t("Places read ahead by the server: {0}", stats.prefills),
  ];
}

function indexLines(stats: EngineStats): string[] {
  const megabytes = (stats.indexedBytes / 1_000_000).toFixed(1);
  const known = l10n.t("Files known: {0} ({1} MB of memory)", stats.indexedFiles, megabytes);
  const reading = stats.indexing ? [l10n.t("They are being read now.")] : [];
  const leftOut = countLines(stats.leftOut, leftOutWords).map((line) => l10n.t("Not read: {0}", line));
  return [known, ...reading, ...leftOut];
}

/** The most frequent first. */
function countLines(counts: Readonly<Record<string, number>>, words: (name: string) => string): string[] {
  return Object.entries(counts)
    .filter(([, count]) => count > 0)
    .sort(([, a], [, b]) => b - a)
    .map(([name, count]) => `${words(name)}: ${count}`);
}
