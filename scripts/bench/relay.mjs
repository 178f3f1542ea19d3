// What the proxy adds to a call, beside nginx as a plain relay, alternating in one run.
//
// The model server is a second nginx that answers from files, so that it is never the slow part:
// once as an OpenAI-compatible server (answers passed through), once as Ollama (NDJSON translated
// to server-sent events). Load comes from wrk.

import { execFile } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { findProgram } from "../lib/find.mjs";
import { run } from "../lib/places.mjs";
import { answers, freePort } from "../lib/ports.mjs";
import { startProxy } from "./proxy.mjs";
import { median } from "./statistics.mjs";

const execute = promisify(execFile);
const floor = "nginx, plain relay";
const CHUNKS = 64;
const ROUNDS = 5;
const SECONDS = 2;
const SETTINGS = { CODESAGA_MODEL: "bench", CODESAGA_PARALLEL: "128" };

/** One case: who is asked, for what, and on how many connections. */
const CASES = [
  { name: "one call", connections: 1, body: "short" },
  { name: `${CHUNKS}-chunk burst, 64 connections`, connections: 64, body: "burst" },
];

/**
 * @param {{ processes: object, proxyProgram: string, detail: (text: string) => void }} tools
 * @returns {Promise<object[]>} rows of the table
 */
export async function relay(tools) {
  const rows = [];
  for (const test of CASES) rows.push(...(await compare(tools, test)));
  return rows;
}

async function compare(tools, test) {
  const upstream = await startUpstream(tools, test.body);
  const nginx = await startRelay(tools, upstream.ollama);
  const passed = await startProxy(tools, upstream.openai, SETTINGS);
  const translated = await startProxy(tools, upstream.ollama, SETTINGS);
  const targets = [
    { who: "none", url: upstream.openai },
    { who: floor, url: nginx.url },
    { who: "codesaga-proxy, OpenAI passed through", url: passed.url },
    { who: "codesaga-proxy, Ollama translated", url: translated.url },
  ];
  const samples = new Map(targets.map(({ who }) => [who, []]));
  try {
    for (const { url } of targets) await load(url, test.connections, 1);
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const { who, url } of targets) {
        tools.detail(`${test.name}, round ${round + 1} of ${ROUNDS}`);
        samples.get(who).push(await load(url, test.connections, SECONDS));
      }
    }
  } finally {
    for (const { end } of [passed, translated, nginx, upstream]) await end();
  }
  const nginxRate = summary(samples.get(floor)).requests_per_second;
  return targets.map(({ who }) => {
    const figures = summary(samples.get(who));
    return {
      case: test.name,
      proxy: who,
      ...figures,
      ratio_to_nginx: Number((figures.requests_per_second / nginxRate).toFixed(2)),
    };
  });
}

function summary(samples) {
  const of = (key) => Number(median(samples.map((sample) => sample[key])).toFixed(3));
  return { p50_ms: of("p50"), p99_ms: of("p99"), requests_per_second: Math.round(of("rate")) };
}

async function startUpstream(tools, size) {
  const folder = path.join(run, "bench-upstream");
  const count = size === "burst" ? CHUNKS : 1;
  const files = {
    "v1/completions": `${repeat(count, openaiChunk)}data: [DONE]\n\n`,
    "v1/models": JSON.stringify({ object: "list", data: [{ id: "bench", object: "model" }] }),
    "api/generate": `${repeat(count, ollamaLine)}${OLLAMA_END}`,
    "api/version": JSON.stringify({ version: "0.24.0" }),
    "api/tags": JSON.stringify({ models: [{ name: "bench", model: "bench" }] }),
    "api/show": JSON.stringify({
      template: "{{ .Prompt }}",
      capabilities: ["completion"],
      model_info: { "general.architecture": "llama", "llama.context_length": 8192 },
      details: {},
    }),
    "api/ps": JSON.stringify({ models: [] }),
  };
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(folder, "www", name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, text);
  }
  const [ollamaPort, openaiPort] = [await freePort(), await freePort()];
  const site = (listen, hidden) => `
    server {
      listen 127.0.0.1:${listen};
      root ${path.join(folder, "www")};
      default_type text/event-stream;
      error_page 405 =200 $uri;
      location ${hidden} { return 404; }
    }`;
  const servers = `${site(ollamaPort, "/v1/")}${site(openaiPort, "/api/")}`;
  const program = await startNginx(tools, folder, servers);
  const [ollama, openai] = [ollamaPort, openaiPort].map((port) => `http://127.0.0.1:${port}`);
  await answers(`${ollama}/api/version`, program);
  return { ollama, openai, end: program.end };
}

async function startRelay(tools, upstreamUrl) {
  const folder = path.join(run, "bench-relay");
  const port = await freePort();
  const program = await startNginx(
    tools,
    folder,
    `upstream model { server ${new URL(upstreamUrl).host}; keepalive 128; }
     server {
       listen 127.0.0.1:${port};
       location / {
         rewrite ^ /api/generate break;
         proxy_pass http://model;
         proxy_http_version 1.1;
         proxy_set_header Connection "";
         proxy_buffering off;
       }
     }`,
  );
  const url = `http://127.0.0.1:${port}`;
  await answers(url, program);
  return { url, end: program.end };
}

async function startNginx({ processes }, folder, servers) {
  const temporary = path.join(folder, "tmp");
  await mkdir(temporary, { recursive: true });
  const paths = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((name) => `${name}_temp_path ${path.join(temporary, name)};`)
    .join(" ");
  const errors = path.join(folder, "error.log");
  const file = path.join(folder, "nginx.conf");
  await writeFile(
    file,
    `daemon off; worker_processes 1; pid ${path.join(folder, "nginx.pid")}; error_log ${errors};
     events { worker_connections 1024; }
     http { access_log off; keepalive_requests 1000000; ${paths} ${servers} }`,
  );
  return processes.start(path.basename(folder), findProgram("nginx", ["/usr/sbin"]), ["-c", file, "-e", errors]);
}

async function load(url, connections, seconds) {
  const script = path.join(run, "bench-post.lua");
  await writeFile(
    script,
    `wrk.method = "POST"
     wrk.body = '{"model":"bench","prompt":"def f():","max_tokens":64,"stream":true}'
     wrk.headers["Content-Type"] = "application/json"
     function done(summary, latency)
       io.write(string.format("FIGURES %f %f %d %d\\n", latency:percentile(50), latency:percentile(99),
         summary.requests, summary.errors.status + summary.errors.read + summary.errors.timeout))
     end`,
  );
  const { stdout } = await execute("wrk", [
    "-t1",
    `-c${connections}`,
    `-d${seconds}s`,
    "-s",
    script,
    `${url}/v1/completions`,
  ]);
  const [, p50, p99, requests, errors] = /FIGURES (\S+) (\S+) (\d+) (\d+)/.exec(stdout) ?? [];
  if (requests === undefined) throw new Error(`wrk printed no figures: ${stdout}`);
  if (errors !== "0") throw new Error(`${errors} of ${requests} calls to ${url} failed`);
  return { p50: p50 / 1000, p99: p99 / 1000, rate: requests / seconds };
}

const repeat = (count, line) => Array.from({ length: count }, (_, index) => line(index)).join("");

const openaiChunk = (index) =>
  `data: ${JSON.stringify({
    id: "cmpl-bench",
    object: "text_completion",
    created: 1,
    model: "bench",
    choices: [{ index: 0, text: ` word${index}`, finish_reason: index === CHUNKS - 1 ? "stop" : null }],
  })}\n\n`;

const ollamaLine = (index) =>
  `${JSON.stringify({ model: "bench", created_at: "2026-01-01T00:00:00Z", response: ` word${index}`, done: false })}\n`;

const OLLAMA_END = `${JSON.stringify({
  model: "bench",
  created_at: "2026-01-01T00:00:00Z",
  response: "",
  done: true,
  done_reason: "stop",
  total_duration: 1,
  load_duration: 1,
  prompt_eval_count: 4,
  prompt_eval_duration: 1,
  eval_count: CHUNKS,
  eval_duration: 1,
})}\n`;
