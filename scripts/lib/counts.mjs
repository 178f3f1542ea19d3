// Reads how many tests a runner ran from what it printed. A runner that ran none, or skipped one, has failed:
// a green line must mean that everything was run.

/** @typedef {{ passed: number, failed: number, skipped: number }} Counts */

/** What `cargo test` printed, summed over its binaries. */
export function cargoCounts(output) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const results = /^test result: .*? (\d+) passed; (\d+) failed; (\d+) ignored; \d+ measured; (\d+) filtered out/gm;
  for (const [, passed, failed, ignored, filtered] of output.matchAll(results)) {
    counts.passed += Number(passed);
    counts.failed += Number(failed);
    counts.skipped += Number(ignored) + Number(filtered);
  }
  return counts;
}

/** What `node --test` printed, in either of its usual forms, summed over its runs. */
export function nodeCounts(output) {
  const sum = (word) => {
    const lines = [...output.matchAll(new RegExp(`^(?:#|ℹ) ${word} (\\d+)$`, "gm"))];
    return lines.reduce((total, [, number]) => total + Number(number), 0);
  };
  return { passed: sum("pass"), failed: sum("fail") + sum("cancelled"), skipped: sum("skipped") + sum("todo") };
}

/** A sentence on what is wrong with the counts of a runner that itself ended well, else undefined. */
export function wrongWith(counts) {
  if (counts.failed > 0) return `${counts.failed} failed`;
  if (counts.skipped > 0) return `${counts.skipped} skipped: every test must run`;
  if (counts.passed === 0) return "no test ran";
  return undefined;
}

/** The lines that tell of failed tests, of either runner: node tells in the middle, cargo at the end of each binary. */
export function failuresIn(lines) {
  let inside = false;
  return lines.filter((line) => {
    if (/^\s*not ok |^failures:$/.test(line)) inside = true;
    else if (/^\s*ok |^\s*# Subtest|^test result: /.test(line)) inside = false;
    return inside;
  });
}
