// What a process holds in memory, from the system itself.

import { readdir, readFile } from "node:fs/promises";

/** Megabytes of a process's resident memory: now, and the most it ever was. */
export async function resident(pid) {
  return megabytes(await readFile(`/proc/${pid}/status`, "utf8"));
}

/** The same from the text of `/proc/PID/status`. */
export function megabytes(status) {
  const kilobytes = (name) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(status)?.[1]);
  return { now: kilobytes("VmRSS") / 1024, most: kilobytes("VmHWM") / 1024 };
}

/** Open sockets of a process. */
export async function openFiles(pid) {
  return (await readdir(`/proc/${pid}/fd`)).length;
}
