import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { promisify } from "node:util";
import { serve } from "./server.mjs";

/** Runs a script that has asked `server` for a completion, and gives what it printed. */
async function run(server, rest) {
  const addon = new URL("../codesaga.node", import.meta.url).pathname;
  const script = `
    const { Engine } = require(${JSON.stringify(addon)})
    const engine = new Engine({ serverUrl: ${JSON.stringify(server.url)} })
    engine.openDocument({ uri: 'a', languageId: 'python', version: 1, text: 'x = ' })
    const reply = engine.complete({ uri: 'a', offset: 4, trigger: 'invoke' })
    ${rest}`;
  // Longer than any exit takes on a busy machine; reached only when the process hangs.
  const { stdout } = await promisify(execFile)(process.execPath, ["-e", script], { timeout: 60_000 });
  return stdout;
}

/** An answer that never comes. */
const silence = () => {};

async function check(rest, printed) {
  const server = await serve(silence);
  try {
    assert.equal(await run(server, rest), printed);
  } finally {
    server.stop();
  }
}

test("a process ends while a reply is on its way", () => check("", ""));

test("a process can be ended while a reply is being read", () =>
  check(`reply.next(); setImmediate(() => process.exit(0))`, ""));

test("a process ends once the engine is closed, whoever still reads", () =>
  check(`reply.next().then((event) => console.log(event)); setImmediate(() => engine.close())`, "null\n"));
