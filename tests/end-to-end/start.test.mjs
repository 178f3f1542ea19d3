// `npm start` as a person runs it, on what the earlier steps of `npm test` have built.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { after, before, test } from "node:test";
import { root } from "../../scripts/lib/places.mjs";
import { ask, freePort, isFree } from "../../scripts/lib/ports.mjs";
import { openProcesses } from "../../scripts/lib/processes.mjs";
import { eventually } from "./harness/eventually.mjs";
import { startScripted } from "./harness/scripted.mjs";

const processes = openProcesses();
let model;

before(async () => {
  model = await startScripted({ processes, name: "start" });
});
after(() => processes.endAll());

/** Starts `npm start` with flags; `said()` is all it has said so far. */
function start(flags, language) {
  const child = spawn(process.execPath, [path.join(root, "scripts", "start.mjs"), ...flags], {
    env: { ...process.env, LC_ALL: language },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let all = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text) => {
      all += text;
    });
  }
  return { child, said: () => all };
}

test("it starts, tells three things to try, and Ctrl+C ends everything", async () => {
  const port = await freePort();
  const flags = ["--editor", "browser", "--upstream", model.url, "--port", String(port)];
  const { child, said } = start(flags, "en_US.UTF-8");
  try {
    await eventually("the status line", said, (text) => /CodeSaga · ready/.test(text), 180_000);
    assert.match(said(), /1\. Complete.*2\. Refactor.*3\. Chat/s);
    assert.match(said(), new RegExp(`http://127\\.0\\.0\\.1:${port} · Ctrl\\+C ends everything`));
    const editor = /The editor is open at (http:\S+)/.exec(said())[1];
    assert.equal((await ask(editor)).status, 200);
    child.kill("SIGINT");
    const [code] = await once(child, "close");
    assert.equal(code, 0, "Ctrl+C is the usual way out");
    assert.equal(await isFree(port), true, "the server is gone");
    assert.equal(await isFree(Number(new URL(editor).port)), true, "the editor is gone");
  } finally {
    child.kill("SIGKILL");
  }
});

test("it speaks the terminal's language", async () => {
  const { child, said } = start(["--editor", "none", "--upstream", model.url], "ko_KR.UTF-8");
  try {
    await eventually("the status line", said, (text) => text.includes("CodeSaga · 준비됨"), 180_000);
    assert.match(said(), /1\. 자동 완성.*2\. 리팩터링.*3\. 채팅/s);
    child.kill("SIGTERM");
    await once(child, "close");
  } finally {
    child.kill("SIGKILL");
  }
});

test("a model server that is not there is named at once", async () => {
  const { child, said } = start(["--editor", "none", "--upstream", "http://127.0.0.1:9"], "en_US.UTF-8");
  const [code] = await once(child, "close");
  assert.equal(code, 1);
  assert.match(said(), /No model server answers at http:\/\/127\.0\.0\.1:9/);
});
