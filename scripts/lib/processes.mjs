// Starts other programs, each in a process group of its own, and ends all of them when the script ends:
// at its normal end, at Ctrl+C, at SIGTERM, and through the keeper also when it is killed.
import { spawn } from "node:child_process";
import { createWriteStream, mkdirSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { logs, root } from "./places.mjs";

const graceMs = 5_000;
const usualTail = 60;
const keeperFile = path.join(path.dirname(fileURLToPath(import.meta.url)), "keeper.mjs");

/** A program that ended with an error: `message` is one sentence, `tail` its last lines, `log` the file with all of them. */
export class ProgramFailed extends Error {
  constructor(name, how, tail, log) {
    super(`${name} ${how}`);
    this.tail = tail;
    this.log = log;
  }
}

export function openProcesses() {
  const running = new Map();
  let keeper;

  function keep(sign, group) {
    if (!keeper) {
      keeper = spawn(process.execPath, [keeperFile], { detached: true, stdio: ["pipe", "ignore", "ignore"] });
      keeper.unref();
      keeper.stdin.unref?.();
      // The keeper may already be gone when the last group is taken off the list; nothing is lost then.
      keeper.stdin.on("error", () => {});
    }
    keeper.stdin.write(`${sign}${group}\n`);
  }

  /**
   * Starts a program that runs until it is ended. `name` also names its log file.
   * `limitMs` ends it when it takes longer than it ever should. `alsoEnd()` ends what it started apart from its group.
   * `ended` resolves to a ProgramFailed, or undefined when it ended with 0 or because we asked.
   */
  function start(name, command, args, { env, cwd = root, onLine, tailLines = usualTail, limitMs, alsoEnd } = {}) {
    mkdirSync(logs, { recursive: true });
    const log = path.join(logs, `${name}.log`);
    const sink = createWriteStream(log);
    const child = spawn(command, args, {
      cwd,
      detached: true,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const tail = [];
    let asked = false;
    let late = false;
    const read = (stream) => {
      createInterface({ input: stream }).on("line", (line) => {
        sink.write(`${line}\n`);
        tail.push(line);
        if (tail.length > tailLines) tail.shift();
        onLine?.(line);
      });
    };
    read(child.stdout);
    read(child.stderr);

    const ended = new Promise((resolve) => {
      child.once("error", (error) => resolve(new ProgramFailed(name, `could not start: ${error.message}`, tail, log)));
      child.once("close", (code, signal) => {
        if (late) resolve(new ProgramFailed(name, `was ended after ${limitMs / 60_000} minutes`, tail, log));
        else if (asked || code === 0) resolve(undefined);
        else resolve(new ProgramFailed(name, signal ? `was ended by ${signal}` : `ended with ${code}`, tail, log));
      });
    }).finally(() => {
      sink.end();
      if (child.pid === undefined) return;
      running.delete(child.pid);
      keep("-", child.pid);
    });

    async function end() {
      asked = true;
      if (child.pid === undefined) return;
      await alsoEnd?.();
      signalGroup(child.pid, "SIGTERM");
      const last = setTimeout(() => signalGroup(child.pid, "SIGKILL"), graceMs);
      await ended;
      clearTimeout(last);
      // A grandchild that ignored the request must not survive its parent.
      signalGroup(child.pid, "SIGKILL");
    }

    if (limitMs) {
      const limit = setTimeout(() => {
        late = true;
        end();
      }, limitMs);
      ended.finally(() => clearTimeout(limit));
    }
    const program = { name, pid: child.pid, tail, log, ended, end };
    if (child.pid !== undefined) {
      running.set(child.pid, program);
      keep("+", child.pid);
    }
    return program;
  }

  /** Runs a program to its end and gives all its output; throws ProgramFailed. */
  async function run(name, command, args, options = {}) {
    const lines = [];
    const onLine = (line) => {
      lines.push(line);
      options.onLine?.(line);
    };
    const failure = await start(name, command, args, { ...options, onLine }).ended;
    if (failure) throw failure;
    return lines.join("\n");
  }

  /** Ends everything, the newest first, since what was started later uses what was started before. */
  async function endAll() {
    for (const program of [...running.values()].reverse()) await program.end();
  }

  return { start, run, endAll };
}

/** Runs `work` and ends every program afterwards, however it comes to its end; after Ctrl+C with `interruptedCode`. */
export async function withProcesses(work, interruptedCode = 130) {
  const processes = openProcesses();
  const interrupted = new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(signal, () => resolve(signal));
  });
  try {
    return await Promise.race([work(processes, interrupted), interrupted.then(() => interruptedCode)]);
  } finally {
    await processes.endAll();
  }
}

function signalGroup(group, signal) {
  try {
    process.kill(-group, signal);
  } catch (error) {
    if (error.code !== "ESRCH" && error.code !== "EPERM") throw error;
  }
}
