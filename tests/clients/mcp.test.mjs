// The Model Context Protocol's own clients against `/mcp` and `codesaga-proxy mcp`: what one transport does, the other does.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { importClient, installClients } from "../../scripts/lib/clients.mjs";
import { program } from "../../scripts/lib/rust.mjs";
import { model, openClients, quietKit } from "./backend.mjs";

let backend;
let sdk;
const open = [];

/** Said in the tests, and never in the log. */
const secret = "reciprocal-avocado";

before(async () => {
  const users = [["tester"], ["other"], ["limited", "--scopes", "complete"]];
  // The library writes messages down at these levels, if it is let.
  const env = { CODESAGA_PARALLEL: "1", RUST_LOG: "debug,rmcp=trace,rmcp::service=trace" };
  backend = await openClients("mcp", { users, env });
  await installClients(quietKit(backend.processes));
  sdk = {
    ...(await importClient("@modelcontextprotocol/sdk/client/index.js")),
    ...(await importClient("@modelcontextprotocol/sdk/client/streamableHttp.js")),
    ...(await importClient("@modelcontextprotocol/sdk/client/stdio.js")),
  };
});
after(async () => {
  await Promise.all(open.map((client) => client.close()));
  await backend?.close();
});

const transports = {
  "streamable HTTP": (key) =>
    new sdk.StreamableHTTPClientTransport(new URL("/mcp", backend.url), {
      requestInit: { headers: { Authorization: `Bearer ${key}` } },
    }),
  stdio: (key) =>
    new sdk.StdioClientTransport({
      command: program("codesaga-proxy"),
      args: ["mcp"],
      env: { CODESAGA_SERVER: backend.proxy.url, CODESAGA_KEY: key },
    }),
};

/** A client that knows the tools, and so checks what they give against what they say that they give. */
async function connected(over, key = backend.key) {
  const client = new sdk.Client({ name: "test", version: "1" });
  await client.connect(transports[over](key));
  open.push(client);
  await client.listTools();
  return client;
}

const call = (client, name, args, options) => client.callTool({ name, arguments: args }, undefined, options);
const said = (result) => result.content.map(({ text }) => text);

for (const over of Object.keys(transports)) {
  test(`${over}: the tools are told, with limits`, async () => {
    const client = await connected(over);
    assert.equal(client.getServerVersion().name, "codesaga");
    const { tools } = await client.listTools();
    assert.deepEqual(
      tools.map(({ name, annotations }) => [name, annotations.readOnlyHint]),
      [
        ["generate", true],
        ["chat", false],
        ["search_context", true],
      ],
    );
    for (const { name, inputSchema } of tools) {
      for (const [argument, schema] of Object.entries(inputSchema.properties)) {
        assert.ok(schema.maxLength ?? schema.maximum ?? schema.pattern, `${name}: ${argument} has no limit`);
      }
    }
  });

  test(`${over}: code is written, and how far it is`, async () => {
    const client = await connected(over);
    // Held, because a client hears of no progress once it has the answer.
    await backend.scripted.script([{ pieces: ["```ts\n", "const 합 = 3;\n```"], hold_after: 1 }]);
    const args = { instruction: `합을 구해요 ${secret}`, code: `const a = 1; // ${secret}`, language: "typescript" };
    let answering;
    const told = await new Promise((resolve) => {
      answering = call(client, "generate", args, { onprogress: resolve });
    });
    assert.match(told.message, /^answering, \d+ characters so far$/);
    await backend.scripted.release();
    const result = await answering;
    assert.deepEqual(said(result), ["```ts\nconst 합 = 3;\n```"]);
    assert.equal(result.structuredContent.model, model);
    const [asked] = await backend.scripted.asked(args.instruction);
    assert.match(asked.body.messages.at(-1).content, /```typescript\nconst a = 1;/);
  });

  test(`${over}: a conversation goes on, and is found again by its own user alone`, async () => {
    const client = await connected(over);
    const word = `${over.replace(" ", "")}스택`;
    await backend.scripted.script([{ contains: "왜요", pieces: ["먼저 꺼내기 쉬워서요."] }, { pieces: ["LIFO예요."] }]);
    const first = await call(client, "chat", { message: `${word}이 뭐예요? ${secret}` });
    const { session } = first.structuredContent;
    assert.deepEqual(said(first), ["LIFO예요.", `session: ${session}`]);
    await call(client, "chat", { message: "왜요?", session });
    const [asked] = await backend.scripted.asked("왜요");
    assert.deepEqual(
      asked.body.messages.slice(1).map(({ role }) => role),
      ["user", "assistant", "user"],
    );

    const found = await call(client, "search_context", { query: `lifo예요 ${word}` });
    const [conversation] = found.structuredContent.conversations;
    assert.equal(conversation.session, session);
    assert.deepEqual(
      conversation.places.map((place) => place.in),
      ["answer", "question"],
    );
    assert.match(conversation.places[0].excerpt, /^LIFO예요\.$/);
    assert.deepEqual(JSON.parse(said(found)[0]), found.structuredContent);

    const others = await connected(over, backend.keys[1]);
    const nothing = await call(others, "search_context", { query: word });
    assert.deepEqual(nothing.structuredContent, { conversations: [], complete: true });
    await backend.scripted.script([{ pieces: ["누구세요?"] }]);
    const stranger = await call(others, "chat", { message: "그래서요?", session });
    assert.deepEqual(said(stranger), ["누구세요?", `session: ${session}`]);
    const [alone] = await backend.scripted.asked("그래서요");
    assert.equal(alone.body.messages.length, 2, "another user's conversation of that name is another one");
  });

  test(`${over}: what cannot be done is said with our code`, async () => {
    const client = await connected(over);
    const limited = await connected(over, backend.keys[2]);
    await backend.scripted.script([{ status: 500, body: { error: "out of memory" } }]);
    const table = [
      [client, "generate", {}, /^invalid_request: `instruction`: is needed$/],
      [client, "generate", { instruction: " " }, /^invalid_request: `instruction`: expected at least one word$/],
      [client, "generate", { instruction: "가".repeat(16_385) }, /^too_large: `instruction`: /],
      [client, "generate", { instruction: "x", model: "gpt" }, /^invalid_request: `model`: is no argument/],
      [client, "chat", { message: "x", session: "../1" }, /^invalid_request: `session`: expected 1 to 64/],
      [
        client,
        "search_context",
        { query: "x", limit: 21 },
        /^invalid_request: `limit`: expected a number from 1 to 20$/,
      ],
      [client, "search_context", { query: "가".repeat(200) }, /^invalid_request: `q`: expected 256 bytes at most$/],
      [limited, "chat", { message: "x" }, /^forbidden: .*'chat'/],
      [limited, "search_context", { query: "x" }, /^forbidden: /],
      [client, "generate", { instruction: "x" }, /^upstream_failed: /],
    ];
    for (const [who, name, args, expected] of table) {
      const result = await call(who, name, args);
      assert.equal(result.isError, true, `${name} ${JSON.stringify(args).slice(0, 80)}`);
      assert.match(said(result)[0], expected);
      assert.equal(result._meta["codesaga/error"].code, said(result)[0].split(":")[0]);
    }
    await assert.rejects(call(client, "format_disk", {}), /-32602/);
  });

  test(`${over}: who waits is told the place, and calling off or leaving frees the model`, async () => {
    const client = await connected(over);
    await backend.scripted.script([{ pieces: ["a", "b"], hold_after: 1 }]);
    const first = new AbortController();
    const running = call(client, "generate", { instruction: "first" }, { signal: first.signal }).catch(() => "aborted");
    const held = await backend.scripted.held();

    const second = new AbortController();
    let waiting;
    const told = await new Promise((resolve) => {
      const options = { signal: second.signal, onprogress: resolve };
      waiting = call(client, "chat", { message: "second" }, options).catch(() => "aborted");
    });
    assert.equal(told.message, "waiting, place 1 in the queue");
    second.abort();
    assert.equal(await waiting, "aborted");

    first.abort();
    assert.equal(await backend.scripted.endingOf(held), "client_gone");
    assert.equal(await running, "aborted");

    const third = call(client, "generate", { instruction: "third" }).catch(() => "left");
    const heldToo = await backend.scripted.held();
    await client.close();
    assert.equal(await backend.scripted.endingOf(heldToo), "client_gone");
    assert.equal(await third, "left");
    assert.deepEqual(await backend.scripted.asked("second"), [], "what was called off while it waited is never asked");
  });
}

const post = (body, headers = {}) =>
  fetch(new URL("/mcp", backend.url), {
    method: "POST",
    body,
    headers: {
      Authorization: `Bearer ${backend.key}`,
      "Content-Type": "application/json",
      Accept: "application/json, text/event-stream",
      ...headers,
    },
  });
const message = (method, params) => JSON.stringify({ jsonrpc: "2.0", id: 7, method, params });

test("over HTTP a message needs a key, a page of ours, and a body that can be read", async () => {
  const ping = message("ping");
  const { host } = new URL(backend.url);
  const table = [
    [ping, {}, 200],
    [ping, { Authorization: "Bearer cs_wrong" }, 401],
    [ping, { Origin: "https://evil.example" }, 403],
    [ping, { Origin: "null" }, 403],
    [ping, { Origin: `http://${host}` }, 200],
    [ping, { Accept: "application/json" }, 406],
    ["{", {}, 400],
    ["[1]", {}, 400],
    [message("ping", { filler: "x".repeat(3 << 20) }), {}, 413],
  ];
  for (const [body, headers, status] of table) {
    const response = await post(body, headers);
    assert.equal(response.status, status, `${body.slice(0, 40)} ${JSON.stringify(headers)}`);
    await response.text();
  }
});

test("nobody calls off another user's tool, or another client's", async () => {
  const begun = await post(
    message("initialize", {
      protocolVersion: "2025-11-25",
      capabilities: {},
      clientInfo: { name: "raw", version: "1" },
    }),
  );
  await begun.text();
  const session = begun.headers.get("mcp-session-id");
  await backend.scripted.script([{ pieces: ["a", "b"], hold_after: 1 }]);
  const leaving = new AbortController();
  const asked = message("tools/call", { name: "generate", arguments: { instruction: "mine" } });
  const running = fetch(new URL("/mcp", backend.url), {
    method: "POST",
    body: asked,
    signal: leaving.signal,
    headers: {
      Authorization: `Bearer ${backend.key}`,
      "Content-Type": "application/json",
      Accept: "application/json, text/event-stream",
      "Mcp-Session-Id": session,
    },
  });
  const held = await backend.scripted.held();
  const off = JSON.stringify({ jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: 7 } });
  const others = [
    { Authorization: `Bearer ${backend.keys[1]}`, "Mcp-Session-Id": session },
    { "Mcp-Session-Id": "another" },
    {},
  ];
  for (const headers of others) assert.equal((await post(off, headers)).status, 202);
  const [still] = await backend.scripted.asked("mine");
  assert.ok(!still.ending, "it goes on");
  assert.equal((await post(off, { "Mcp-Session-Id": session })).status, 202);
  assert.equal(await backend.scripted.endingOf(held), "client_gone");
  const result = await (await running).text();
  assert.match(result, /"cancelled: the client called it off"/);
});

test("the next protocol, without a handshake, is spoken too", async () => {
  const { Client, StreamableHTTPClientTransport } = await importClient("@modelcontextprotocol/client");
  const client = new Client({ name: "test", version: "1" }, { versionNegotiation: { mode: { pin: "2026-07-28" } } });
  const headers = { Authorization: `Bearer ${backend.key}` };
  await client.connect(new StreamableHTTPClientTransport(new URL("/mcp", backend.url), { requestInit: { headers } }));
  open.push(client);
  assert.equal(client.getNegotiatedProtocolVersion(), "2026-07-28");
  await backend.scripted.script([
    { contains: "more", pieces: ["a", "b"], hold_after: 1 },
    { pieces: ["const a = 1;"] },
  ]);
  const result = await client.callTool({ name: "generate", arguments: { instruction: "one" } });
  assert.deepEqual(said(result), ["const a = 1;"]);
  const leaving = new AbortController();
  const more = { name: "generate", arguments: { instruction: "more" } };
  const running = client.callTool(more, { signal: leaving.signal }).catch(() => "aborted");
  const held = await backend.scripted.held();
  leaving.abort();
  assert.equal(await backend.scripted.endingOf(held), "client_gone");
  assert.equal(await running, "aborted");
});

test("no text is in the log, at any level", async () => {
  const log = await readFile(backend.proxy.log, "utf8");
  assert.match(log, /\/mcp/);
  assert.doesNotMatch(log, new RegExp(secret));
});
