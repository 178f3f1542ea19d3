// The fleet of fleet.yaml, really run: answers and a job come through nginx, strangers do not reach a model service, and its
// parts are restarted one after the other while people work.
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { connect } from "node:tls";
import { openProcesses } from "../../scripts/lib/processes.mjs";
import { startScripted } from "../end-to-end/harness/scripted.mjs";
import { startFleet, until } from "./fleet-stage.mjs";

const people = 4;
/** Answers that everybody together gets before anything else is done to the fleet. */
const meanwhile = 12;

describe("the fleet", () => {
  const processes = openProcesses();
  let folder;
  let fleet;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "codesaga-fleet-"));
    const scripted = await startScripted({ processes, name: "fleet" });
    await scripted.script([
      { contains: "Use pass.", pieces: ["```python\npass\n```"] },
      { pieces: ["return ", "사", "과"], between_ms: 15 },
    ]);
    fleet = await startFleet({ processes, folder, upstream: scripted.url });
  });
  after(async () => {
    await processes.endAll();
    await rm(folder, { recursive: true, force: true });
  });

  const post = (call, body, headers = {}) =>
    fetch(`${fleet.url}${call}`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${fleet.key}`, ...headers },
      body: JSON.stringify(body),
    });
  const see = async (id) => {
    const response = await fetch(`${fleet.url}/v1/generate/${id}`, {
      headers: { authorization: `Bearer ${fleet.key}` },
    });
    return await response.json();
  };

  test("a job comes through, and who has no key does not", async () => {
    const refused = await fetch(`${fleet.url}/v1/models`);
    assert.equal(refused.status, 401);
    await refused.body.cancel();
    const job = { request_type: "refactor", input: "Use pass.", language: "python", code_context: "x = 1" };
    const accepted = await post("/v1/generate", job, { prefer: "respond-async" });
    assert.equal(accepted.status, 202);
    const { id } = await accepted.json();
    await until(async () => ["completed", "failed"].includes((await see(id)).stage), "the end of the job");
    const ended = await see(id);
    assert.deepEqual([ended.stage, ended.response], ["completed", "```python\npass\n```"], JSON.stringify(ended));
  });

  test("a model service speaks to nobody without a certificate of its authority", async () => {
    const file = (of, name) => readFile(path.join(fleet.hop, of, name));
    const ca = await file("authority", "authority.pem");
    const said = (own) =>
      new Promise((resolve) => {
        const port = fleet.hopPort("models-1");
        const socket = connect({ host: "127.0.0.1", port, ca, ALPNProtocols: ["h2"], ...own });
        socket.once("data", () => resolve("speaks")).once("error", ({ code }) => resolve(code));
        socket.once("close", () => resolve("closed"));
        // What a client of HTTP/2 begins with: its greeting, and settings without any.
        socket.write(
          Buffer.concat([Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), Buffer.from("000000040000000000", "hex")]),
        );
        after(() => socket.destroy());
      });
    const [cert, key] = [await file("worker", "own.pem"), await file("worker", "own-key.pem")];
    assert.equal(await said({ cert, key }), "speaks");
    assert.match(await said({}), /CERTIFICATE_REQUIRED/);
  });

  test("each part is restarted while people work, and no answer fails", async () => {
    const team = work(post);
    for (const name of fleet.roles.filter((each) => each !== "worker")) {
      await team.getOn(meanwhile);
      await fleet.stop(name);
      await team.getOn(meanwhile);
      await fleet.start(name);
      await fleet.isWhole();
    }
    await team.getOn(meanwhile);
    const { failures, count } = await team.end();
    assert.deepEqual(failures.slice(0, 5), [], `${failures.length} of ${count}`);
  });
});

/** People who ask one question after the other, streamed and not, until they are told to end. */
function work(post) {
  const failures = [];
  let count = 0;
  let isOver = false;
  const person = async (number) => {
    for (let asked = 0; !isOver; asked += 1) {
      const stream = asked % 2 === 0;
      // No two are the same: those are asked of the model once.
      const prompt = `# ${number} ${asked}\ndef f():\n    `;
      const response = await post("/v1/completions", { prompt, max_tokens: 8, stream });
      const text = await response.text();
      const is = stream ? text.includes("[DONE]") && !text.includes('"error"') : text.includes("return 사과");
      if (response.status !== 200 || !is) failures.push(`${response.status} ${text.slice(0, 200)}`);
      count += 1;
    }
  };
  const all = Promise.all(Array.from({ length: people }, (_, number) => person(number)));
  return {
    /** Returns when so many more answers have come. */
    async getOn(more) {
      const wanted = count + more;
      await Promise.race([all, until(() => count >= wanted, `${more} more answers`)]);
    },
    async end() {
      isOver = true;
      await all;
      return { failures, count };
    },
  };
}
