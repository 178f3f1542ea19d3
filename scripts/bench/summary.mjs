// The figures of several benchmarks under one another, each with what it was measured on.

import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";

/** What a benchmark wrote when it was last measured; undefined when it never was. */
export async function readResult(folder, name) {
  const file = path.join(folder, `${name}.json`);
  if (!existsSync(file)) return undefined;
  const result = JSON.parse(await readFile(file, "utf8"));
  // Older files have no goals in them.
  return result.figures ? { name, ...result } : undefined;
}

/** All figures, how many hold, and a line on each run: those of one commit and machine are told together. */
export function summary(results) {
  const figures = results.flatMap((result) => result.figures);
  const runs = new Map();
  for (const { name, machine, commit, load_before: before, load_after: after } of results) {
    const run = `commit ${commit}, ${machine}`;
    runs.set(run, [...(runs.get(run) ?? []), `${name} (load ${before} to ${after})`]);
  }
  return {
    measured: [...runs].map(([run, names]) => `${run}: ${names.join(", ")}`),
    held: figures.filter(({ holds }) => holds === "yes").length,
    figures,
  };
}
