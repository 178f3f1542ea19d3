import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { openProcesses, ProgramFailed } from "./processes.mjs";

const here = new URL("./processes.mjs", import.meta.url).href;

// A script that starts a shell which starts a sleep, and prints the pids of both groups' members.
const script = `
  import { withProcesses } from ${JSON.stringify(here)};
  const code = await withProcesses((processes) => new Promise(() => {
    processes.start("test-child", "sh", ["-c", "sleep 600 & echo $! $$; wait"], { onLine: (line) => console.log(line) });
  }));
  process.exit(code);
`;

const isAlive = (pid) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

async function allGone(pids) {
  const deadline = Date.now() + 10_000;
  while (pids.some(isAlive) && Date.now() < deadline) await wait(20);
  return pids.filter(isAlive);
}

for (const signal of ["SIGINT", "SIGTERM", "SIGKILL"]) {
  test(`nothing is left after ${signal}`, async () => {
    const parent = spawn(process.execPath, ["--input-type=module", "-e", script], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [line] = await once(createInterface({ input: parent.stdout }), "line");
    const pids = line.split(" ").map(Number);
    assert.equal(pids.length, 2);
    parent.kill(signal);
    await once(parent, "close");
    assert.deepEqual(await allGone(pids), []);
  });
}

test("a program that fails says so with its last lines", async () => {
  const processes = openProcesses();
  await assert.rejects(processes.run("test-fails", "sh", ["-c", "echo the reason; exit 3"]), (error) => {
    assert.ok(error instanceof ProgramFailed);
    assert.equal(error.message, "test-fails ended with 3");
    assert.deepEqual(error.tail, ["the reason"]);
    return true;
  });
});

test("a program that takes too long is ended", async () => {
  const processes = openProcesses();
  await assert.rejects(processes.run("test-late", "sleep", ["600"], { limitMs: 100 }), /test-late was ended after/);
});
