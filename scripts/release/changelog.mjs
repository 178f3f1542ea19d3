// CHANGELOG.md as a release needs it: what a version brings, and whether the headings have the form that is promised.
import { Expected } from "../lib/expected.mjs";
import { versionForm } from "./versions.mjs";

const headingForm = /^(\S+) \((unreleased|\d{4}-\d{2}-\d{2})\)$/;

/** The sections, the newest first: `date` is undefined for one that is not released. */
export function sections(text) {
  return text
    .split(/^## /m)
    .slice(1)
    .map((section) => {
      const [heading, ...lines] = section.split("\n");
      const [, version, date] = headingForm.exec(heading) ?? [];
      return { heading, version, date: date === "unreleased" ? undefined : date, notes: lines.join("\n").trim() };
    });
}

/** What is wrong with it when the files say `version`, one sentence each. */
export function changelogFaults(text, version) {
  const all = sections(text);
  if (all.length === 0) return ["CHANGELOG.md has no section"];
  const faults = all.flatMap(({ heading, version, notes }) => {
    if (!versionForm.test(version ?? ""))
      return [`CHANGELOG.md: "${heading}" is not "1.2.3 (2026-01-31)" or "1.2.3 (unreleased)"`];
    return /^- /m.test(notes) ? [] : [`CHANGELOG.md: nothing is said about ${version}`];
  });
  if (faults.length > 0) return faults;
  for (const [newer, older] of pairs(all)) {
    if (order(newer.version, older.version) <= 0)
      faults.push(`CHANGELOG.md: ${newer.version} stands above ${older.version}`);
    if (!older.date) faults.push(`CHANGELOG.md: ${older.version} is older than ${newer.version} and not released`);
  }
  const released = all[0].date !== undefined;
  const distance = order(all[0].version, version);
  if (distance < 0 || (released && distance > 0))
    faults.push(`CHANGELOG.md begins with ${all[0].version}, and the files say ${version}`);
  return faults;
}

/** The text with its topmost section as the release of `version` on `date` (YYYY-MM-DD). */
export function released(text, version, date) {
  const [top] = sections(text);
  if (top?.date || !top) throw new Expected("CHANGELOG.md has no unreleased section: say what the new version brings");
  return text.replace(`## ${top.heading}\n`, `## ${version} (${date})\n`);
}

function pairs(list) {
  return list.slice(1).map((older, index) => [list[index], older]);
}

function order(one, other) {
  const [left, right] = [one, other].map((version) => version.split(".").map(Number));
  const at = left.findIndex((number, index) => number !== right[index]);
  return at < 0 ? 0 : left[at] - right[at];
}
