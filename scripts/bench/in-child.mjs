// A measurement in a process of its own, so that only what is measured is in its memory: the parent's side, and what the
// child needs of it.

import { fork } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

/**
 * Runs `file` of this folder with `task`; gives the `result` that it says.
 * @param {(text: string) => void} detail hears each `detail` that it says
 */
export async function inChild(file, task, detail) {
  const child = fork(fileURLToPath(new URL(`./${file}`, import.meta.url)), [JSON.stringify(task)], {
    execArgv: ["--expose-gc"],
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const end = () => child.kill("SIGKILL");
  process.once("exit", end);
  let result;
  child.on("message", (message) => {
    if (message.detail) detail(message.detail);
    if (message.result) ({ result } = message);
  });
  const [code] = await once(child, "close");
  process.off("exit", end);
  if (!result) throw new Error(`${file} ended with ${code} and without a result`);
  return result;
}

/** In the child: what it was told to do. */
export const task = () => JSON.parse(process.argv[2]);

/** In the child: tells the parent. */
export const say = (message) => process.send(message);

/** In the child: the addon, also from a file of another name. */
export const openAddon = (file) => createRequire(import.meta.url)(file);
