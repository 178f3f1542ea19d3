// Files and definitions found by a few letters, and hints of a file, as the editor asks for them through the addon.

import { rm } from "node:fs/promises";
import path from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { run } from "../lib/places.mjs";
import { atMost } from "./figures.mjs";
import { pythonOf, writeWorkspace } from "./sources.mjs";
import { percentile, rounded, times } from "./statistics.mjs";

const FILES = 10_000;
const FIND_MS = 5;
const HINT_MS = 5;
const HINT_LINES = 2_000;
const TIMES = 100;
/** What somebody types on the way to a file, to folders, to nothing, and to what nearly everything fits. */
const QUERIES = ["p", "pa", "part_77", "area/part_1", "ts 99", "계산", "zzz", "prt"];

/**
 * @param {object} addon
 * @param {(text: string) => void} detail shows how far it is
 */
export async function mentions(addon, detail) {
  const folder = path.join(run, `bench-mentions-${FILES}`);
  await rm(folder, { recursive: true, force: true });
  detail(`write ${FILES} files`);
  await writeWorkspace(folder, FILES);
  const engine = new addon.Engine({ serverUrl: "http://127.0.0.1:9" });
  try {
    engine.setWorkspace({ folders: [{ path: folder, name: "bench" }], exclude: [], private: [] });
    while (engine.stats().indexing) {
      detail(`${engine.stats().indexedFiles} of ${FILES} files`);
      await turn();
    }
    const files = await taken((nth) => engine.findFiles({ query: QUERIES[nth % QUERIES.length] }));
    const symbols = await taken((nth) => engine.findSymbols({ query: QUERIES[nth % QUERIES.length] }));
    const uri = "file:///hints.py";
    engine.openDocument({ uri, languageId: "python", version: 1, text: pythonOf(HINT_LINES) });
    await engine.hints({ uri });
    const hints = await taken(() => engine.hints({ uri }));
    const row = { files: FILES, ...times("files", files), ...times("symbols", symbols), ...times("hints", hints) };
    return {
      rows: [row],
      figures: [
        atMost(`a file found among ${FILES}, p50`, rounded(percentile(files, 0.5), 2), FIND_MS, "ms"),
        atMost(`a file found among ${FILES}, p99`, rounded(percentile(files, 0.99), 2), FIND_MS, "ms"),
        atMost(`hints of a file of ${HINT_LINES} lines, p50`, rounded(percentile(hints, 0.5), 2), HINT_MS, "ms"),
      ],
    };
  } finally {
    engine.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** How long each of many asks took, in milliseconds. */
async function taken(ask) {
  const samples = [];
  for (let nth = 0; nth < TIMES; nth += 1) {
    const start = performance.now();
    await ask(nth);
    samples.push(performance.now() - start);
  }
  return samples;
}
