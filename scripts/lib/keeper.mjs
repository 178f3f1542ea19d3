// The last guard against orphans: a small process that outlives the script which started it.
// It reads process groups from its input, one a line (`+123`, `-123`), and ends what is left when the input closes,
// which happens also when the script was killed without a chance to clean up.
import { createInterface } from "node:readline";
import { setTimeout as wait } from "node:timers/promises";

const graceMs = 5_000;
const groups = new Set();

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => {});

for await (const line of createInterface({ input: process.stdin })) {
  const group = Number(line.slice(1));
  if (line.startsWith("+")) groups.add(group);
  else groups.delete(group);
}

const alive = () => [...groups].filter((group) => signalGroup(group, 0));
for (const group of groups) signalGroup(group, "SIGTERM");
const deadline = Date.now() + graceMs;
while (alive().length > 0 && Date.now() < deadline) await wait(50);
for (const group of alive()) signalGroup(group, "SIGKILL");

function signalGroup(group, signal) {
  try {
    process.kill(-group, signal);
    return true;
  } catch {
    return false;
  }
}
