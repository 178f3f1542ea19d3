// Memory over many requests: what a process with the addon holds after a warm-up, and after 10,000 requests more. The
// warm-up is long enough to fill the bounded cache of completions; the server runs in another process.

import { within } from "./figures.mjs";
import { inChild } from "./in-child.mjs";
import { rounded } from "./statistics.mjs";
import { startWorker } from "./worker.mjs";

const WARM_UP = 5_000;
const REQUESTS = 10_000;
const GROWTH_MB = 5;
/** Fits after what is typed, so that it is cached and what comes after it is asked for in the background. */
const ANSWER = " table.get(value)";

/**
 * @param {string} addonFile
 * @param {(text: string) => void} detail shows how far it is
 */
export async function memory(addonFile, detail) {
  const server = await startWorker("wire-server.mjs", { answer: ANSWER }, () => {});
  try {
    const told = await inChild(
      "memory-child.mjs",
      { addonFile, url: server.url, warmUp: WARM_UP, requests: REQUESTS },
      detail,
    );
    const { sent, warm, end, most } = told;
    const row = {
      requests: sent,
      after_warm_up_mb: megabytes(warm),
      at_the_end_mb: megabytes(end),
      most_between_mb: megabytes(most),
      growth_mb: megabytes(end - warm),
    };
    return { rows: [row], figures: [within(`memory after ${sent} requests`, row.growth_mb, GROWTH_MB, "MB")] };
  } finally {
    await server.end();
  }
}

const megabytes = (bytes) => rounded(bytes / 2 ** 20, 1);
