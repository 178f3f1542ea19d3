// OpenAI's SDK for Node, unchanged, against the proxy.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { importClient, installClients } from "../../scripts/lib/clients.mjs";
import { openBackend } from "../end-to-end/harness/backend.mjs";
import { model, openClients, quietKit, weather } from "./backend.mjs";

let backend;
let sdk;
let client;

before(async () => {
  backend = await openClients("sdk-node");
  await installClients(quietKit(backend.processes));
  sdk = await importClient("openai");
  client = new sdk.OpenAI({ baseURL: backend.url, apiKey: backend.key, maxRetries: 0 });
});
after(() => backend?.close());

const messages = [{ role: "user", content: "안녕?" }];
const answer = (...pieces) => backend.scripted.script([{ pieces }]);

async function collected(stream) {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return chunks;
}

test("models are listed and retrieved", async () => {
  const { data } = await client.models.list();
  assert.equal(data[0].id, model);
  assert.equal((await client.models.retrieve(model)).id, model);
});

test("a chat answers at once, with its usage", async () => {
  await answer("안녕", "하세요");
  const whole = await client.chat.completions.create({ model, messages, max_completion_tokens: 50 });
  assert.equal(whole.choices[0].message.content, "안녕하세요");
  assert.equal(whole.choices[0].finish_reason, "stop");
  assert.equal(whole.usage.completion_tokens, 2);
});

test("a chat streams, and tells its usage in the last chunk", async () => {
  await answer("안녕", "하세요", "🙂");
  const stream = { stream: true, stream_options: { include_usage: true } };
  const chunks = await collected(await client.chat.completions.create({ model, messages, ...stream }));
  assert.equal(chunks.map((chunk) => chunk.choices[0]?.delta.content ?? "").join(""), "안녕하세요🙂");
  assert.equal(chunks.at(-1).usage.completion_tokens, 3);
  assert.deepEqual(chunks.at(-1).choices, []);
});

test("a completion streams, with a suffix", async () => {
  await answer("a", " + b");
  const asked = { model, prompt: "def add(a, b):\n    return ", suffix: "\n", stream: true, stop: ["\n\n"] };
  const chunks = await collected(await client.completions.create(asked));
  assert.equal(chunks.map((chunk) => chunk.choices[0].text).join(""), "a + b");
});

test("a tool is called, whole and streamed", async () => {
  const tool_calls = [{ name: "weather", arguments: { city: "서울" } }];
  await backend.scripted.script([{ pieces: [], tool_calls }]);
  const asked = { model, messages, tools: [weather] };
  const whole = await client.chat.completions.create(asked);
  assert.equal(whole.choices[0].finish_reason, "tool_calls");
  assert.deepEqual(JSON.parse(whole.choices[0].message.tool_calls[0].function.arguments), { city: "서울" });

  const streamed = await client.chat.completions.stream(asked).finalChatCompletion();
  assert.equal(streamed.choices[0].message.tool_calls[0].function.name, "weather");
  assert.match(streamed.choices[0].message.tool_calls[0].id, /^call_/);

  let seen;
  await backend.scripted.script([
    { contains: "28 degrees", pieces: ["Warm."] },
    { pieces: [], tool_calls },
  ]);
  const runner = client.chat.completions.runTools({
    ...asked,
    tools: [
      {
        type: "function",
        function: {
          ...weather.function,
          parse: JSON.parse,
          function: ({ city }) => {
            seen = city;
            return "28 degrees";
          },
        },
      },
    ],
  });
  assert.equal(await runner.finalContent(), "Warm.");
  assert.equal(seen, "서울");
});

test("a schema reaches the model, and the answer is parsed", async () => {
  await answer('{"answer": ', "42}");
  const schema = { type: "object", properties: { answer: { type: "number" } }, required: ["answer"] };
  const whole = await client.chat.completions.parse({
    model,
    messages,
    response_format: { type: "json_schema", json_schema: { name: "answer", strict: true, schema } },
  });
  assert.deepEqual(whole.choices[0].message.parsed, { answer: 42 });
  const [asked] = await backend.scripted.asked();
  assert.deepEqual(asked.body.format, schema);
});

test("vectors arrive as numbers, though the SDK asks for base64", async () => {
  const body = { embeddings: [[0.5, -2.5]], prompt_eval_count: 3 };
  await backend.scripted.script([{ endpoint: "/api/embed", status: 200, body }]);
  const { data, usage } = await client.embeddings.create({ model, input: "x" });
  assert.deepEqual([...data[0].embedding], [0.5, -2.5]);
  assert.equal(usage.total_tokens, 3);
});

test("refusals become the SDK's own errors, with our code", async () => {
  const refused = async (work, kind, expected) => {
    const error = await work.then(
      () => assert.fail("it was answered"),
      (error) => error,
    );
    assert.ok(error instanceof kind, `${error.constructor.name}: ${error.message}`);
    assert.deepEqual([error.code, error.param ?? null], expected);
  };
  const chat = (more) => client.chat.completions.create({ model, messages, ...more });
  const stranger = new sdk.OpenAI({ baseURL: backend.url, apiKey: "cs_wrong", maxRetries: 0 });
  await refused(stranger.models.list(), sdk.AuthenticationError, ["unauthorized", null]);
  await refused(chat({ model: "nope" }), sdk.NotFoundError, ["unknown_model", null]);
  await refused(chat({ temperature: 9 }), sdk.BadRequestError, ["invalid_request", "temperature"]);
  await refused(chat({ n: 2 }), sdk.BadRequestError, ["unsupported", "n"]);
  await backend.scripted.script([{ status: 503, body: { error: "server busy" } }]);
  await refused(chat(), sdk.InternalServerError, ["upstream_busy", null]);
});

test("a failure in the middle of a stream is an error, not an end", async () => {
  await backend.scripted.script([{ pieces: ["a"], end: { error_line: "gone" } }]);
  const stream = await client.chat.completions.create({ model, messages, stream: true });
  await assert.rejects(collected(stream), (error) => error instanceof sdk.APIError && error.code === "upstream_failed");
});

test("an aborted stream lets go of the model", async () => {
  await backend.scripted.script([{ pieces: ["a", "b"], hold_after: 1 }]);
  const stream = await client.chat.completions.create({ model, messages, stream: true });
  const held = await backend.scripted.held();
  stream.controller.abort();
  assert.equal(await backend.scripted.endingOf(held), "client_gone");
});

test("the small model answers the SDK too", async () => {
  const small = await openBackend({ name: "sdk-small", model: "small" });
  try {
    const client = new sdk.OpenAI({ baseURL: `${small.url}/v1`, apiKey: "none", maxRetries: 0 });
    const [{ id }] = (await client.models.list()).data;
    const asked = { model: id, messages: [{ role: "user", content: "Say hello." }], max_tokens: 16, temperature: 0 };
    const stream = { stream: true, stream_options: { include_usage: true } };
    const chunks = await collected(await client.chat.completions.create({ ...asked, ...stream }));
    assert.notEqual(chunks.map((chunk) => chunk.choices[0]?.delta.content ?? "").join(""), "");
    assert.ok(chunks.at(-1).usage.prompt_tokens > 0);
  } finally {
    await small.close();
  }
});
