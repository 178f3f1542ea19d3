// On what it was measured: the machine, how busy it was, and the commit.

import { execFile } from "node:child_process";
import os from "node:os";
import { promisify } from "node:util";
import { root } from "../lib/places.mjs";

const execute = promisify(execFile);

export async function machine() {
  const [cpu] = os.cpus();
  const memory = Math.round(os.totalmem() / 2 ** 30);
  return {
    machine: `${os.cpus().length} × ${cpu?.model ?? "unknown"}, ${memory} GB, ${os.platform()} ${os.arch()}, Node ${process.versions.node}`,
    load: Number((os.loadavg()[0] ?? 0).toFixed(2)),
    commit: await commit(),
    at: new Date().toISOString(),
  };
}

async function commit() {
  try {
    const { stdout: name } = await execute("git", ["rev-parse", "--short", "HEAD"], { cwd: root });
    const { stdout: changes } = await execute("git", ["status", "--porcelain", "--untracked-files=no"], { cwd: root });
    return `${name.trim()}${changes.trim() === "" ? "" : " with changes"}`;
  } catch {
    // A source archive has no history.
    return "unknown";
  }
}
