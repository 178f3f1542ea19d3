// Processor time that a program and what it started have used, from the system itself.

import { readdir, readFile } from "node:fs/promises";

/** What Linux counts in a second. */
const TICKS = 100;

/** Microseconds used so far by all processes of a group; undefined where the system does not tell. */
export async function processorTime(group) {
  if (process.platform !== "linux") return undefined;
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const all = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/stat`, "utf8").catch(() => "")));
  return all.map(used).reduce((sum, one) => sum + (one.group === group ? one.us : 0), 0);
}

/** The group of a process and the microseconds it has used, from the text of `/proc/PID/stat`. */
export function used(stat) {
  // The name may hold blanks and brackets.
  const [, , group, , , , , , , , , user, system] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return { group: Number(group), us: ((Number(user) + Number(system)) * 1e6) / TICKS };
}
