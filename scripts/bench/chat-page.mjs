// The chat's page as it ships, in a real Chromium: how soon it is painted, what a streamed answer costs a frame, whether
// memory stays flat, and what a long conversation costs to open and to scroll. Only the editor around the page is
// played; the words come as the extension sends them.

import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import path from "node:path";
import esbuild from "esbuild";
import { chromium } from "playwright-core";
import { installBrowser } from "../lib/browser.mjs";
import { root } from "../lib/places.mjs";
import { answerPieces, longConversation, playEditor, texts } from "./chat-words.mjs";
import { atMost } from "./figures.mjs";
import { median, percentile, rounded } from "./statistics.mjs";

const LOADS = 11;
const TOKENS = 4_000;
const TOKEN_EVERY_MS = 10;
/** Growth below this is noise of the heap, beside the text itself. */
const HEAP_MB_MAX = 4;
const TYPES = { js: "text/javascript", css: "text/css", ttf: "font/ttf" };

/** @param {{ kit: object, detail: (text: string) => void }} tools */
export async function chatPage({ kit, detail }) {
  const dist = await build(kit);
  const server = await serve(dist);
  const url = `http://127.0.0.1:${server.address().port}`;
  const browser = await chromium.launch({
    executablePath: await installBrowser(kit),
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--enable-precise-memory-info"],
  });
  try {
    const painted = [];
    for (let load = 0; load < LOADS; load += 1) {
      detail(`load ${load + 1} of ${LOADS}`);
      painted.push(await firstPaint(browser, url));
    }
    detail(`${TOKENS} tokens, ${1_000 / TOKEN_EVERY_MS} a second`);
    const streamed = await stream(browser, url);
    detail("10,000 lines");
    const long = await scrolled(browser, url);
    return report(painted, streamed, long);
  } finally {
    await browser.close();
    server.close();
  }
}

function report(painted, streamed, long) {
  const paint = rounded(median(painted), 1);
  return {
    rows: [
      { what: "first paint", p50_ms: paint, max_ms: rounded(Math.max(...painted), 1) },
      { what: "work in a frame, streaming", ...shares(streamed.tasks) },
      { what: "frame to frame, streaming", ...shares(streamed.frames) },
      { what: "work in a frame, scrolling 10,000 lines", ...shares(long.tasks) },
      { what: "opening 10,000 lines, once", p50_ms: rounded(long.openMs, 1), max_ms: rounded(long.openMs, 1) },
    ],
    figures: [
      atMost("chat page, first paint, p50", paint, 150, "ms"),
      atMost("streamed answer, work in a frame, p99", shares(streamed.tasks).p99_ms, 8, "ms"),
      atMost("streamed answer, longest work in a frame", shares(streamed.tasks).max_ms, 32, "ms"),
      atMost(
        "streamed answer, heap grown beside its text",
        streamed.grownMb,
        HEAP_MB_MAX,
        "MB",
        `${streamed.nodes} nodes`,
      ),
      atMost("10,000 lines, nodes in the page", long.nodes, 6_000, "nodes"),
      atMost("10,000 lines, longest work in a frame while scrolling", shares(long.tasks).max_ms, 32, "ms"),
    ],
  };
}

function shares(samples) {
  return {
    p50_ms: rounded(median(samples), 1),
    p99_ms: rounded(percentile(samples, 0.99), 1),
    max_ms: rounded(Math.max(...samples), 1),
  };
}

/** The page built for shipping, and its document. */
async function build({ processes }) {
  const extension = path.join(root, "extension");
  await processes.run("bench-page", process.execPath, ["build.mjs", "--production", "--without-addon"], {
    cwd: extension,
  });
  const { outputFiles } = await esbuild.build({
    entryPoints: [path.join(extension, "src", "chat", "html.ts")],
    bundle: true,
    format: "esm",
    write: false,
  });
  const { pageHtml } = await import(`data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`);
  const html = pageHtml({ script: "/chat.js", style: "/chat.css", source: "'self'", nonce: "n0", language: "en" });
  return { folder: path.join(extension, "dist"), html };
}

async function serve({ folder, html }) {
  const server = createServer(async (request, response) => {
    const name = path.basename(request.url?.split("?")[0] ?? "");
    const body = name === "" ? html : await readFile(path.join(folder, name)).catch(() => undefined);
    response.statusCode = body === undefined ? 404 : 200;
    response.setHeader("content-type", name === "" ? "text/html" : (TYPES[name.split(".").at(-1)] ?? "text/plain"));
    response.end(body);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

async function open(browser, url, conversation) {
  const page = await browser.newPage({ viewport: { width: 400, height: 800 } });
  await page.addInitScript(playEditor, { texts, conversation });
  await page.goto(url);
  return page;
}

async function firstPaint(browser, url) {
  const page = await open(browser, url, { turns: [] });
  const ms = await page.evaluate(
    () =>
      new Promise((resolve) => {
        new PerformanceObserver((list) => {
          for (const { name, startTime } of list.getEntries())
            if (name === "first-contentful-paint") resolve(startTime);
        }).observe({ type: "paint", buffered: true });
      }),
  );
  await page.close();
  return ms;
}

async function stream(browser, url) {
  const page = await open(browser, url, { turns: [] });
  await page.waitForFunction(() => globalThis.codesagaReadLines);
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable");
  const pieces = answerPieces(TOKENS);
  const before = await heap(session);
  const trace = await traced(session, () =>
    page.evaluate(
      ({ pieces, everyMs }) =>
        new Promise((resolve) => {
          const frames = [];
          let last = performance.now();
          let sent = 0;
          const tell = (event) => window.postMessage({ type: "events", events: [event] }, "*");
          tell({ kind: "asked", turn: "1", user: "?", context: [] });
          const timer = setInterval(() => {
            if (sent < pieces.length) tell({ kind: "text", turn: "1", text: pieces[sent] });
            sent += 1;
          }, everyMs);
          const frame = (now) => {
            frames.push(now - last);
            last = now;
            if (sent < pieces.length) return requestAnimationFrame(frame);
            clearInterval(timer);
            resolve(frames);
          };
          requestAnimationFrame(frame);
        }),
      { pieces, everyMs: TOKEN_EVERY_MS },
    ),
  );
  const after = await heap(session);
  await page.close();
  // The text is there as the answer and as what was read of it.
  const textMb = (pieces.join("").length * 2 * 2) / 1e6;
  const grownMb = rounded(Math.max(0, after.bytes - before.bytes) / 1e6 - textMb, 2);
  return { frames: trace.result, tasks: trace.tasks, grownMb, nodes: after.nodes };
}

async function scrolled(browser, url) {
  const page = await open(browser, url, { turns: [] });
  await page.waitForFunction(() => globalThis.codesagaReadLines);
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable");
  const openMs = await page.evaluate((conversation) => {
    const began = performance.now();
    window.postMessage({ type: "conversation", conversation }, "*");
    return new Promise((resolve) => {
      const look = () => {
        if (document.querySelector(".turn")) resolve(performance.now() - began);
        else requestAnimationFrame(look);
      };
      look();
    });
  }, longConversation());
  const { nodes } = await heap(session);
  const { tasks } = await traced(session, () =>
    page.evaluate(async () => {
      const area = document.querySelector(".turns");
      for (let step = 0; step < 400; step += 1) {
        area.scrollTop -= 120;
        await new Promise(requestAnimationFrame);
      }
    }),
  );
  await page.close();
  return { openMs, nodes, tasks };
}

async function heap(session) {
  await session.send("HeapProfiler.collectGarbage");
  const { metrics } = await session.send("Performance.getMetrics");
  const of = (name) => metrics.find((metric) => metric.name === name)?.value ?? 0;
  return { bytes: of("JSHeapUsedSize"), nodes: of("Nodes") };
}

/** What the page's main thread worked on in one go while `work` ran, by its own clock: others on the machine count not. */
async function traced(session, work) {
  const events = [];
  session.on("Tracing.dataCollected", ({ value }) => events.push(...value));
  const complete = new Promise((resolve) => session.once("Tracing.tracingComplete", resolve));
  await session.send("Tracing.start", {
    transferMode: "ReportEvents",
    traceConfig: { includedCategories: ["disabled-by-default-devtools.timeline", "devtools.timeline", "toplevel"] },
  });
  const result = await work();
  await session.send("Tracing.end");
  await complete;
  const main = new Set(
    events.filter(({ name }) => name === "FireAnimationFrame").map(({ pid, tid }) => `${pid} ${tid}`),
  );
  const tasks = events
    .filter(({ name, pid, tid }) => /RunTask$/.test(name) && main.has(`${pid} ${tid}`))
    .map(({ tdur, dur }) => (tdur ?? dur ?? 0) / 1_000)
    .filter((ms) => ms > 0.5);
  return { result, tasks: tasks.length > 0 ? tasks : [0] };
}
