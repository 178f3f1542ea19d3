// The process whose memory is measured: asks for completions one after another, each at a text that no cache knows.

import { setTimeout as wait } from "node:timers/promises";
import { openAddon, say, task } from "./in-child.mjs";
import { pythonOf } from "./sources.mjs";

const SAMPLE_EVERY = 1_000;
const SETTLE_MS = 300;
const uri = "file:///bench/memory.py";

const { addonFile, url, warmUp, requests } = task();
const engine = new (openAddon(addonFile).Engine)({ serverUrl: url });
const text = pythonOf(1_000);
const start = text.indexOf("\n", Math.floor(text.length / 2)) + 1;
engine.openDocument({ uri, languageId: "python", version: 1, text });
await engine.status();

let typed = 0;
let key = 0;
async function ask() {
  key += 1;
  // Ends at a token boundary, so that one request is asked for each.
  const line = `total_${key} =`;
  const change = { startOffset: start, endOffset: start + typed, text: line };
  engine.changeDocument({ uri, version: key + 1, changes: [change] });
  typed = line.length;
  const reply = engine.complete({ uri, offset: start + typed, trigger: "invoke" });
  while ((await reply.next()) !== null);
}

async function resident() {
  globalThis.gc();
  await wait(SETTLE_MS);
  globalThis.gc();
  return process.memoryUsage().rss;
}

for (let done = 0; done < warmUp; done += 1) await ask();
const warm = await resident();
const before = engine.stats().requestsSent;
let most = warm;
for (let done = 1; done <= requests; done += 1) {
  await ask();
  if (done % SAMPLE_EVERY > 0) continue;
  most = Math.max(most, await resident());
  say({ detail: `${done} of ${requests} requests` });
}
const end = await resident();
say({ result: { sent: engine.stats().requestsSent - before, warm, end, most } });
engine.close();
