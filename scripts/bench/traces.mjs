// What is typed in the benchmarks: pieces of this project's own sources, in the middle of their files, with other files
// of the same folder open.

import { readFile } from "node:fs/promises";
import path from "node:path";
import { root } from "../lib/places.mjs";
import { keysOf } from "./typist.mjs";

/** The peers' figures were taken on a trace of this length. */
export const TYPED_KEYS = 439;

const TRACES = {
  rust: {
    language: "rust",
    file: "server-proxy/src/domain/conversation.rs",
    open: ["server-proxy/src/domain/guards.rs", "server-proxy/src/domain/ports.rs"],
  },
  typescript: {
    language: "typescript",
    file: "extension/src/engine.ts",
    open: ["extension/src/followedDocuments.ts", "extension/src/failures.ts"],
  },
};

/** A trace with `count` keys: the file's text before and after them, and the other open files. */
export async function readTrace(name, count) {
  const { language, file, open } = TRACES[name];
  const text = await readSource(file);
  const start = text.indexOf("\n\n", Math.floor(text.length * 0.4)) + 2;
  const keys = keysOf(text.slice(start)).slice(0, count);
  const end = start + keys.join("").length;
  return {
    name,
    language,
    path: file,
    uri: `file:///${file}`,
    text,
    before: text.slice(0, start),
    keys,
    end,
    // What is not typed of the last line is left out: nothing stands after the cursor on its line.
    after: text.slice(text.indexOf("\n", end)),
    others: await Promise.all(open.map(async (path) => ({ path, text: await readSource(path) }))),
  };
}

/** Opens the documents of a trace, as they are before the first key. */
export function openTrace(engine, trace) {
  const { language: languageId } = trace;
  for (const { path, text } of trace.others) {
    engine.openDocument({ uri: `file:///${path}`, path, languageId, version: 1, text });
  }
  const text = trace.before + trace.after;
  engine.openDocument({ uri: trace.uri, path: trace.path, languageId, version: 1, text });
}

const readSource = (file) => readFile(path.join(root, file), "utf8");
