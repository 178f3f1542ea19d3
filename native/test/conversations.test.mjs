import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { Engine, events } from "./server.mjs";

const summary = { id: "s", title: "스택", turns: 1, created_at: 1, updated_at: 2 };
const fork_of = { session: "s", after: "r-1" };
const turn = { request_id: "r-1", user: "스택이 뭐예요?", assistant: "LIFO 🙂", at: 2 };
const usage = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 };
const done = { finish_reason: "stop", usage, turns_left_out: 2, turns_digested: 4, memory: "ok" };

/** An engine, and a server that answers by this table and notes what it is asked. */
async function withConversations(table, work) {
  const asked = [];
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request.setEncoding("utf8")) body += chunk;
    const call = `${request.method} ${request.url}`;
    const answer = table[call];
    if (answer === undefined) return response.writeHead(404).end("{}");
    asked.push(body === "" ? call : `${call} ${body}`);
    if (typeof answer === "function") return answer(response, JSON.parse(body), request.headers);
    response.writeHead(answer === null ? 204 : 200, { "content-type": "application/json" });
    response.end(answer === null ? undefined : JSON.stringify(answer));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const options = { serverUrl: `http://127.0.0.1:${server.address().port}`, background: false };
  const engine = new Engine(options);
  try {
    await work(engine, asked, options);
  } finally {
    engine.close();
    server.closeAllConnections();
    server.close();
  }
}

/** Writes events of an answer, numbered from `first`. */
function write(response, first, ...said) {
  response.writeHead(200, { "content-type": "text/event-stream" });
  said.forEach(([event, data], index) => {
    response.write(`id: ${first + index}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  });
}

test("conversations are searched, named, forked and rid of turns", () => {
  const forked = { ...summary, id: "f", fork_of, log: [turn] };
  const table = {
    "GET /v1/sessions": { sessions: [summary] },
    "GET /v1/sessions?q=%EC%8A%A4%ED%83%9D": {
      sessions: [{ ...summary, fork_of, excerpt: "스택이 뭐예요?" }],
      stopped_after: 90,
    },
    "PATCH /v1/sessions/s": { ...summary, title: "쌓기" },
    "POST /v1/sessions/s/fork": forked,
    "DELETE /v1/sessions/s/turns/r-1": null,
    "POST /v1/feedback": null,
  };
  return withConversations(table, async (engine, asked) => {
    const plain = { id: "s", title: "스택", turns: 1, createdAt: 1, updatedAt: 2 };
    assert.deepEqual(await engine.sessions(), { sessions: [plain] });
    assert.deepEqual(await engine.sessions("  "), { sessions: [plain] });
    const { sessions, stoppedAfter } = await engine.sessions(" 스택 ");
    assert.equal(stoppedAfter, 90);
    const [found] = sessions;
    assert.deepEqual(found, { ...plain, forkOf: fork_of, excerpt: "스택이 뭐예요?" });
    assert.equal((await engine.renameSession("s", "쌓기")).title, "쌓기");
    assert.equal(await engine.renameSession("t", "쌓기"), null);
    const fork = await engine.forkSession("s", { after: "r-1" });
    assert.deepEqual([fork.id, fork.forkOf, fork.log[0].request], ["f", fork_of, "r-1"]);
    await assert.rejects(engine.forkSession("t", {}), { code: "not_found" });
    assert.equal(await engine.deleteTurn("s", "r-1"), true);
    assert.equal(await engine.deleteTurn("s", "r-2"), false);
    await assert.rejects(engine.deleteTurn("s", "../r"), { code: "invalid_request" });

    await engine.feedback({ request: "r-1", verdict: "down", reason: " 틀렸어요 " });
    await engine.feedback({ request: "r-1", verdict: "up", reason: " " });
    await assert.rejects(engine.feedback({ request: "r-1", verdict: "up", reason: "가".repeat(1001) }), {
      code: "too_large",
    });
    const told = asked.filter((call) => call.startsWith("POST /v1/feedback"));
    assert.deepEqual(
      told.map((call) => JSON.parse(call.slice("POST /v1/feedback ".length)).verdicts),
      [
        [{ request_id: "r-1", verdict: "thumbs_down", reason: "틀렸어요" }],
        [{ request_id: "r-1", verdict: "thumbs_up" }],
      ],
    );
  });
});

test("an answer names its request, and warnings say how many they are about", () => {
  const asked = [];
  const table = {
    "POST /v1/chat": (response, body, headers) => {
      asked.push(body.request_id);
      if (headers["last-event-id"] === undefined) {
        write(response, 1, ["session", { session: "s" }], ["text", { text: "LI" }]);
        response.write("\n", () => response.destroy());
        return;
      }
      write(response, 3, ["text", { text: "FO" }], ["done", { request_id: body.request_id, ...done }]);
      response.end();
    },
  };
  return withConversations(table, async (engine) => {
    const text = 'password = "kX9v2mQ8rT4wZ7pL"';
    const told = await events(engine.chat({ text, context: [{ path: "a.py", language: "python", text }] }));
    const warnings = told.filter((event) => event.kind === "warning").map((event) => [event.code, event.count]);
    assert.deepEqual(warnings, [
      ["secrets_hidden", 2],
      ["reconnecting", undefined],
      ["turns_left_out", 2],
      ["turns_digested", 4],
    ]);
    const said = told.filter((event) => event.kind === "text").map((event) => event.text);
    assert.equal(said.join(""), "LIFO");
    assert.equal(asked[0], asked[1], "asked once, and read on");
    assert.deepEqual([told.at(-1).session, told.at(-1).request], ["s", asked[0]]);
  });
});

test("a question asked again under its own id is that question, and an engine that closes calls nothing off", () => {
  const table = {
    "POST /v1/chat": (response) => write(response, 1, ["session", { session: "s" }], ["text", { text: "LI" }]),
    "DELETE /v1/chat/r-1": null,
    "DELETE /v1/chat/r-2": null,
  };
  return withConversations(table, async (engine, asked, options) => {
    const begun = async (engine, request) => {
      const reply = engine.chat({ session: "s", request, text: "스택이 뭐예요?" });
      assert.deepEqual(await reply.next(), { kind: "text", text: "LI" });
      return reply;
    };
    const closing = new Engine(options);
    const left = await begun(closing, "r-1");
    closing.close();
    assert.equal(await left.next(), null);
    const letGo = await begun(engine, "r-2");
    letGo.cancel();
    for (let looks = 0; asked.length < 3 && looks < 1_000; looks += 1) await pause(10);
    const names = asked.slice(0, 2).map((call) => JSON.parse(call.slice("POST /v1/chat ".length)).request_id);
    assert.deepEqual([...names, asked[2]], ["r-1", "r-2", "DELETE /v1/chat/r-2"]);
    const [refused] = await events(engine.chat({ request: "../r", text: "x" }));
    assert.deepEqual([refused.kind, refused.code], ["failed", "invalid_request"]);
  });
});
