// The first index of a workspace: how long it takes in the background, what it adds to memory, and what keystrokes cost
// meanwhile; and the search for what other places say, with 20 files open, once all is warm.
//
// The workspace is written anew the same way each time, in five languages, and measured in a process of its own.

import { existsSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { run } from "../lib/places.mjs";
import { atLeast, atMost, notMeasured } from "./figures.mjs";
import { inChild } from "./in-child.mjs";
import { writeWorkspace } from "./sources.mjs";
import { percentile, rounded, times } from "./statistics.mjs";

const FILES = 2_000;
const SECONDS = 5;
const MEGABYTES = 200;
const RELATED_MS = 1;
/** Keystrokes are unaffected when the median is no more than this many times that of before, and the slow ones hold. */
const SLOWER_TIMES = 1.5;
const WIRE_P99_MS = 3;

/**
 * @param {string} addonFile
 * @param {(text: string) => void} detail shows how far it is
 */
export async function workspace(addonFile, detail) {
  const folder = path.join(run, `bench-workspace-${FILES}`);
  detail(`write ${FILES} files`);
  const bytes = await written(folder);
  const told = await inChild("workspace-child.mjs", { addonFile, folder, files: FILES }, detail);
  const { seconds, indexedFiles, grown, indexBytes, before, during, related } = told;
  const row = {
    files: FILES,
    files_mb: rounded(bytes / 2 ** 20, 1),
    indexed: indexedFiles,
    seconds: rounded(seconds, 2),
    memory_mb: rounded(grown / 2 ** 20, 1),
    index_mb: rounded(indexBytes / 2 ** 20, 1),
    ...times("wire_before", before),
    ...times("wire_meanwhile", during),
    keys_meanwhile: during.length,
    ...(related.length > 0 && times("related", related)),
  };
  const slower = rounded(row.wire_meanwhile_p50_ms / row.wire_before_p50_ms, 2);
  return {
    rows: [row],
    figures: [
      atLeast("files of the workspace in the index", indexedFiles, FILES, ""),
      atMost(`first index of ${FILES} files`, row.seconds, SECONDS, "s"),
      atMost("memory added by it", row.memory_mb, MEGABYTES, "MB", `the index says ${row.index_mb} MB`),
      atMost("key to wire meanwhile, p50, times that of before", slower, SLOWER_TIMES, "×"),
      atMost("key to wire meanwhile, p99", row.wire_meanwhile_p99_ms, WIRE_P99_MS, "ms"),
      related.length > 0
        ? atMost("related places, 20 files open, p50", rounded(percentile(related, 0.5), 3), RELATED_MS, "ms")
        : notMeasured("related places, 20 files open, p50", "the engine did not search"),
    ],
  };
}

/** Writes the workspace unless it is there; gives its bytes. */
async function written(folder) {
  const stamp = path.join(folder, ".complete");
  if (!existsSync(stamp)) await rm(folder, { recursive: true, force: true });
  const bytes = await writeWorkspace(folder, FILES);
  await writeFile(stamp, "");
  return bytes;
}
