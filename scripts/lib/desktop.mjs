// Opens the user's own Cursor or VS Code on a profile of ours: their settings and extensions stay untouched.
// The editor's command starts the real program apart from itself, so ending it means finding it by its profile.
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { folders } from "./editor.mjs";
import { findProgram } from "./find.mjs";

const runFile = promisify(execFile);

/** Whether a window can be shown. */
export function hasDisplay() {
  return process.platform === "darwin" || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);
}

/** The command of the first of `names` that is installed. */
export function findDesktopEditor(names) {
  return names.find((name) => findProgram(name));
}

export async function installDesktopExtension({ processes, command, profile, vsix }) {
  const args = [...folders(profile), "--install-extension", vsix, "--force"];
  await processes.run(`${command}-install-extension`, command, [...asRoot(), ...args]);
}

/** Opens a window on `folder`; `ended` resolves when it is closed, `end` closes it. */
export function openDesktopEditor({ processes, command, profile, folder }) {
  const args = [...folders(profile), "--new-window", "--wait", folder];
  return processes.start(command, command, [...asRoot(), ...args], { alsoEnd: () => endEditor(profile) });
}

async function endEditor(profile) {
  const { stdout } = await runFile("ps", ["-axo", "pid=,args="]);
  for (const line of stdout.split("\n")) {
    const [, pid, args] = /^\s*(\d+)\s+(.*)$/.exec(line) ?? [];
    if (args?.includes(profile) && Number(pid) !== process.pid) endProcess(Number(pid));
  }
}

function endProcess(pid) {
  try {
    process.kill(pid, "SIGTERM");
  } catch (error) {
    if (error.code !== "ESRCH") throw error;
  }
}

// Chromium refuses its sandbox to root and says so only in a log.
function asRoot() {
  return process.platform === "linux" && process.getuid() === 0 ? ["--no-sandbox"] : [];
}
