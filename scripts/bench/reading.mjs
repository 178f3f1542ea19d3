// Reading answers: how long it takes to tell the code in a thousand answers about an edit, those of the corpus by turns.

import { spawnSync } from "node:child_process";
import { atMost } from "./figures.mjs";

const GOAL_MS = 100;

/** @param {string} readerProgram reads the corpus and prints its figures */
export function reading(readerProgram) {
  const { status, stdout, stderr } = spawnSync(readerProgram, { encoding: "utf8" });
  if (status !== 0) throw new Error(stderr || `the reader ended with ${status}`);
  const run = JSON.parse(stdout);
  const beside = `slowest of 11 rounds ${run.slowest_round_ms} ms, slowest answer ${run.slowest_answer_ms} ms`;
  return {
    rows: [run],
    figures: [
      atMost("1,000 wrapped answers read, p50", run.p50_ms, GOAL_MS, "ms", beside),
      atMost("answers of the corpus read wrongly", run.wrong, 0, ""),
    ],
  };
}
