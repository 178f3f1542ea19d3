// Load from wrk, and what it saw.

import { execFile } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { run } from "../lib/places.mjs";
import { MODEL } from "./model-words.mjs";

const execute = promisify(execFile);

/**
 * Asks for streamed completions of `prompt` on so many connections for so long.
 * @returns {Promise<{ p50: number, p99: number, rate: number }>} milliseconds, and answers in a second
 */
export async function press(url, { prompt, connections, seconds, key }) {
  const script = path.join(run, "bench-post.lua");
  await mkdir(run, { recursive: true });
  await writeFile(
    script,
    `wrk.method = "POST"
     wrk.body = '${JSON.stringify({ model: MODEL, prompt, max_tokens: 64, stream: true })}'
     wrk.headers["Content-Type"] = "application/json"
     ${key ? `wrk.headers["Authorization"] = "Bearer ${key}"` : ""}
     function done(summary, latency)
       io.write(string.format("FIGURES %f %f %d %d\\n", latency:percentile(50), latency:percentile(99),
         summary.requests, summary.errors.status + summary.errors.read + summary.errors.timeout))
     end`,
  );
  const flags = ["-t1", `-c${connections}`, `-d${seconds}s`, "--timeout", "30s", "-s", script];
  const { stdout } = await execute("wrk", [...flags, `${url}/v1/completions`]);
  return { ...figures(stdout, url), seconds };
}

/** Reads the line of figures; failed answers are no answers. */
export function figures(stdout, url) {
  const [, p50, p99, requests, errors] = /FIGURES (\S+) (\S+) (\d+) (\d+)/.exec(stdout) ?? [];
  if (requests === undefined) throw new Error(`wrk printed no figures: ${stdout}`);
  if (errors !== "0") throw new Error(`${errors} of ${requests} calls to ${url} failed`);
  const [, rate] = /Requests\/sec: +([\d.]+)/.exec(stdout) ?? [];
  return { p50: p50 / 1000, p99: p99 / 1000, rate: Number(rate) };
}
