// The process that indexes a workspace while somebody types in one of its files.

import { readFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { openAddon, say, task } from "./in-child.mjs";
import { openTyping } from "./keystroke.mjs";
import { workspaceFile } from "./sources.mjs";
import { startWorker } from "./worker.mjs";

const KEYS_BEFORE = 1_000;
const KEYS_RELATED = 300;
const WARM_UP_KEYS = 20;
const OPEN_FILES = 20;
const KEY_EVERY_MS = 5;
const SETTLE_MS = 300;

const { addonFile, folder, files } = task();
const server = await startWorker("wire-server.mjs");
const engine = new (openAddon(addonFile).Engine)({ serverUrl: server.url });
const typed = await openFile(0);
const typing = await openTyping(engine, server, typed);

const before = await keys(KEYS_BEFORE);
const resident = await settled();
const start = performance.now();
engine.setWorkspace({ folders: [{ path: folder, name: "bench" }], exclude: [], private: [] });
const during = [];
do {
  const sample = await typing.key();
  if (sample) during.push(sample);
  say({ detail: `${engine.stats().indexedFiles} of ${files} files` });
  await wait(KEY_EVERY_MS);
} while (engine.stats().indexing);
const seconds = (performance.now() - start) / 1_000;
const { indexedFiles, indexedBytes } = engine.stats();
const grown = (await settled()) - resident;

for (let file = 1; file < OPEN_FILES; file += 1) {
  const { uri, text } = await openFile(file * 5);
  engine.openDocument({ uri, languageId: "python", version: 1, text });
}
const related = [];
let latest;
for (let key = 0; key < KEYS_RELATED; key += 1) {
  await typing.key();
  const { relatedMicrosLast } = engine.stats();
  // Not every key searches anew; a search is counted once.
  const isNew = relatedMicrosLast !== undefined && relatedMicrosLast !== latest;
  latest = relatedMicrosLast;
  if (isNew && key >= WARM_UP_KEYS) related.push(relatedMicrosLast / 1_000);
}
say({ result: { seconds, indexedFiles, indexBytes: indexedBytes, grown, before, during: during.map(wire), related } });
engine.close();
await server.end();

async function keys(count) {
  const samples = [];
  for (let key = 0; key < count + WARM_UP_KEYS; key += 1) samples.push(await typing.key());
  return samples.slice(WARM_UP_KEYS).filter(Boolean).map(wire);
}

async function openFile(file) {
  const { path: place } = workspaceFile(file);
  const full = path.join(folder, place);
  return { uri: `file://${full}`, text: await readFile(full, "utf8") };
}

async function settled() {
  globalThis.gc();
  await wait(SETTLE_MS);
  return process.memoryUsage().rss;
}

function wire(sample) {
  return sample.wire;
}
