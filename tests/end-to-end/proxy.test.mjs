// The real proxy in front of the real small model, over HTTP as any client would use it.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { openBackend } from "./harness/backend.mjs";

let backend;

before(async () => {
  // An answer may take a quarter of it, and this model stops talking only then.
  backend = await openBackend({ name: "proxy", model: "small", contextTokens: 2048 });
});
after(() => backend?.close());

const post = (path, body) =>
  fetch(`${backend.url}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });

/** The data of every event of an SSE answer. */
async function events(response) {
  assert.equal(response.status, 200);
  const text = await response.text();
  return text
    .split("\n\n")
    .flatMap((event) => event.split("\n").filter((line) => line.startsWith("data: ")))
    .map((line) => line.slice("data: ".length));
}

test("the model is named with its template and context length", async () => {
  const { data } = await (await fetch(`${backend.url}/v1/models`)).json();
  assert.equal(data.length, 1);
  assert.match(data[0].id, /SmolLM2/);
  assert.equal(data[0].codesaga.template, "chatml");
  assert.ok(data[0].codesaga.context_length >= 2048);
});

test("a completion streams and ends with [DONE]", async () => {
  const prompt = "def add(a, b):\n    return";
  const all = await events(await post("/v1/completions", { prompt, max_tokens: 16, stream: true, temperature: 0 }));
  assert.equal(all.at(-1), "[DONE]");
  const text = all
    .slice(0, -1)
    .map((data) => JSON.parse(data).choices[0]?.text ?? "")
    .join("");
  assert.match(text, /a \+ b/);
});

test("a chat answers without a stream too", async () => {
  const messages = [{ role: "user", content: "Say hello." }];
  const response = await post("/v1/chat/completions", { messages, max_tokens: 20, temperature: 0 });
  const body = await response.json();
  assert.equal(response.status, 200, JSON.stringify(body));
  assert.notEqual(body.choices[0].message.content.trim(), "");
});

test("a conversation is remembered, listed and forgotten", async () => {
  const session = randomUUID();
  for (const text of ["My name is Mina.", "What is my name?"]) {
    const all = await events(await post("/v1/chat", { session, text }));
    assert.ok(all.length > 1, "more than the terminal event");
  }
  const kept = await (await fetch(`${backend.url}/v1/sessions/${session}`)).json();
  assert.deepEqual(
    kept.log.map((turn) => turn.user),
    ["My name is Mina.", "What is my name?"],
  );
  assert.equal((await fetch(`${backend.url}/v1/sessions/${session}`, { method: "DELETE" })).ok, true);
  assert.equal((await fetch(`${backend.url}/v1/sessions/${session}`)).status, 404);
});

test("a client that leaves frees the model for the next", async () => {
  const leaving = new AbortController();
  const long = fetch(`${backend.url}/v1/completions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ prompt: "Once upon a time", max_tokens: 2_000, stream: true }),
    signal: leaving.signal,
  });
  const reader = (await long).body.getReader();
  await reader.read();
  leaving.abort();
  await assert.rejects(reader.read());
  const busy = async () => {
    const slots = await (await fetch(`${backend.upstreamUrl}/slots`)).json();
    return slots.filter((slot) => slot.is_processing).length;
  };
  const deadline = Date.now() + 5_000;
  let working = await busy();
  while (working > 0 && Date.now() < deadline) working = await busy();
  assert.equal(working, 0);
});
