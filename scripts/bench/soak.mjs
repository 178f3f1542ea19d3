// A long day: 200 users with keys of their own ask one answer after the other, and one in ten leaves in the middle. What
// grows is found by comparing the end with the time after the first fifth.

import { setTimeout as wait } from "node:timers/promises";
import { atMost, notMeasured } from "./figures.mjs";
import { openKeys } from "./guarded.mjs";
import { MODEL } from "./model-words.mjs";
import { startProxy } from "./proxy.mjs";
import { openFiles, resident } from "./resident.mjs";
import { seeded } from "./seeded.mjs";
import { median, rounded } from "./statistics.mjs";
import { endsOnce, isWhole, openClient } from "./stream-client.mjs";
import { startWorker } from "./worker.mjs";

export const SOAK_SECONDS = 1800;
const USERS = 200;
const LEAVES = 0.1;
const PLACES = 256;
/** A token every so many milliseconds: an answer takes about one and a half seconds. */
const PROMPT = "bench paced:20";
const ANSWER_MS = 1400;
const PAUSE_MS = 1000;
const LOOK_EVERY_MS = 2000;
const QUIET_MS = 5000;
const GROWTH_MB = 4;

export async function soak({ processes, proxyProgram, soakSeconds = SOAK_SECONDS, detail }) {
  if (process.platform !== "linux") return { rows: [], figures: [notMeasured("soak", "only Linux tells what grows")] };
  const server = await startWorker("model-stand-in.mjs", { kind: "openai" });
  const keys = await openKeys({ processes, proxyProgram });
  const users = [];
  for (let number = 0; number < USERS; number += 1) {
    detail(`key ${number + 1} of ${USERS}`);
    users.push(await keys.add(`user-${number}`));
  }
  const settings = { CODESAGA_MODEL: MODEL, CODESAGA_PARALLEL: String(PLACES), CODESAGA_KEYS_FILE: keys.file };
  const proxy = await startProxy({ processes, proxyProgram }, server.url, settings);
  try {
    const filesBefore = await openFiles(proxy.pid);
    const ended = [];
    const looks = [];
    const until = performance.now() + soakSeconds * 1000;
    const working = users.map((key, number) => user(proxy.url, key, seeded(number + 1), until, ended));
    while (performance.now() < until) {
      await wait(LOOK_EVERY_MS);
      looks.push({ memory: (await resident(proxy.pid)).now, files: await openFiles(proxy.pid) });
      detail(`${Math.round((until - performance.now()) / 1000)} s left, ${ended.length} answers`);
    }
    await Promise.all(working);
    await wait(QUIET_MS);
    const filesAfter = await openFiles(proxy.pid);
    server.say("count");
    const { open } = await server.next();
    const free = await places(proxy.url, users);
    server.say("release");
    return told({ soakSeconds, ended, looks, filesBefore, filesAfter, open, free });
  } finally {
    await proxy.end();
    await server.end();
  }
}

async function user(url, key, random, until, ended) {
  const client = openClient(url, { key });
  while (performance.now() < until) {
    const asked = client.ask(PROMPT);
    const leaving = random() < LEAVES ? setTimeout(asked.leave, random() * ANSWER_MS) : undefined;
    ended.push(await asked.over);
    clearTimeout(leaving);
    await wait(random() * PAUSE_MS);
  }
  client.end();
}

/** Places at the model that can be taken once nobody is answered any more. */
async function places(url, users) {
  const client = (key) => openClient(url, { key });
  const begun = new Set();
  const asked = Array.from({ length: PLACES }, (_, number) =>
    client(users[number % USERS]).ask("bench hold", { heard: () => begun.add(number) }),
  );
  for (let tries = 0; tries < 50 && begun.size < PLACES; tries += 1) await wait(100);
  for (const { leave } of asked) leave();
  return begun.size;
}

function told({ soakSeconds, ended, looks, filesBefore, filesAfter, open, free }) {
  const stayed = ended.filter(({ left }) => !left);
  const fifth = Math.max(1, Math.floor(looks.length / 5));
  const memory = (part) => median(part.map((look) => look.memory));
  const [early, late] = [memory(looks.slice(fifth, 2 * fifth)), memory(looks.slice(-fifth))];
  const row = {
    seconds: soakSeconds,
    answers: ended.length,
    left: ended.length - stayed.length,
    whole: stayed.filter(isWhole).length,
    memory_early_mb: rounded(early, 1),
    memory_late_mb: rounded(late, 1),
    sockets_before: filesBefore,
    sockets_after: filesAfter,
    connections_left_at_the_model: open,
    places_free: free,
  };
  const soaked = `soak, ${soakSeconds} s:`;
  return {
    rows: [row],
    figures: [
      atMost(
        `${soaked} streams without exactly one end`,
        ended.filter((answer) => !endsOnce(answer)).length,
        0,
        "",
        `of ${stayed.length}; ${row.left} left`,
      ),
      atMost(`${soaked} answers refused or failed`, stayed.length - row.whole, 0, ""),
      atMost(
        `${soaked} growth of memory`,
        rounded(late - early, 1),
        GROWTH_MB,
        "MB",
        `${row.memory_early_mb} to ${row.memory_late_mb} MB`,
      ),
      atMost(`${soaked} sockets more than before`, filesAfter - filesBefore, 0, ""),
      atMost(`${soaked} places not free again`, PLACES - free, 0, "", `of ${PLACES}`),
    ],
  };
}
