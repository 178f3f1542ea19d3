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
    const hints = await hintsOf(engine);
    const found = { ...times("files", files), ...times("symbols", symbols) };
    const hinted = { ...times("hints_opened", hints.opened), ...times("hints", hints.typed) };
    return {
      rows: [{ files: FILES, ...found, ...hinted }],
      figures: [
        atMost(`a file found among ${FILES}, p50`, rounded(percentile(files, 0.5), 2), FIND_MS, "ms"),
        atMost(`a file found among ${FILES}, p99`, rounded(percentile(files, 0.99), 2), FIND_MS, "ms"),
        atMost(
          `hints of ${HINT_LINES} lines after a key, p50`,
          rounded(percentile(hints.typed, 0.5), 2),
          HINT_MS,
          "ms",
        ),
        atMost(`the same, just opened, p50`, rounded(percentile(hints.opened, 0.5), 2), HINT_MS, "ms"),
      ],
    };
  } finally {
    engine.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Hints of a file that was just opened, and of one in which somebody typed. The editor asks once nobody has typed for a
 * while, so the parser, which is no part of it, is waited for.
 */
async function hintsOf(engine) {
  const text = pythonOf(HINT_LINES);
  // The search for definitions waits for all that is open.
  const parsed = () => engine.findSymbols({ query: "step_" });
  const [opened, typed] = [[], []];
  for (let nth = 0; nth < TIMES; nth += 1) {
    const uri = `file:///hints_${nth}.py`;
    engine.openDocument({ uri, languageId: "python", version: 1, text });
    await parsed();
    opened.push(await took(() => engine.hints({ uri })));
    // A digit more, somewhere in the file.
    const key = text.indexOf("- 1", Math.floor((nth / TIMES) * text.length)) + 2;
    engine.changeDocument({ uri, version: 2, changes: [{ startOffset: key, endOffset: key, text: "7" }] });
    await parsed();
    typed.push(await took(() => engine.hints({ uri })));
    engine.closeDocument(uri);
  }
  return { opened, typed };
}

/** How long each of many asks took, in milliseconds. */
async function taken(ask) {
  const samples = [];
  for (let nth = 0; nth < TIMES; nth += 1) samples.push(await took(() => ask(nth)));
  return samples;
}

async function took(ask) {
  const start = performance.now();
  await ask();
  return performance.now() - start;
}
