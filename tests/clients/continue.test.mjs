// The part of Continue that talks to servers, set up as docs/other-clients.md says.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { importClient, installClients } from "../../scripts/lib/clients.mjs";
import { model, openClients, quietKit } from "./backend.mjs";

let backend;
let openai;
let mistral;

before(async () => {
  backend = await openClients("continue");
  await installClients(quietKit(backend.processes));
  const { constructLlmApi } = await importClient("@continuedev/openai-adapters");
  const set = (provider) => constructLlmApi({ provider, apiBase: `${backend.url}/`, apiKey: backend.key });
  openai = set("openai");
  mistral = set("mistral");
});
after(() => backend?.close());

const never = new AbortController().signal;

async function said(stream) {
  let text = "";
  for await (const chunk of stream) text += chunk.choices[0]?.delta?.content ?? chunk.choices[0]?.text ?? "";
  return text;
}

test("chat and edit stream", async () => {
  await backend.scripted.script([{ pieces: ["안녕", "하세요"] }]);
  const messages = [
    { role: "system", content: "Be brief." },
    { role: "user", content: [{ type: "text", text: "안녕?" }] },
  ];
  const asked = { model, messages, max_tokens: 100, temperature: 0.2, stop: ["\n\n\n"], stream: true };
  assert.equal(await said(openai.chatCompletionStream(asked, never)), "안녕하세요");
});

test("autocomplete with a template of Continue's own is sent raw", async () => {
  await backend.scripted.script([{ pieces: ["a", " + b"] }]);
  const prompt = "<|fim_prefix|>return <|fim_suffix|>\n<|fim_middle|>";
  const asked = { model, prompt, max_tokens: 64, temperature: 0.01, stop: ["<|endoftext|>", "\n\n"], stream: true };
  assert.equal(await said(openai.completionStream(asked, never)), "a + b");
  const [request] = await backend.scripted.asked();
  assert.equal(request.body.raw, true);
  assert.equal(request.body.prompt, prompt);
});

test("autocomplete with the model's own hole filling", async () => {
  await backend.scripted.script([{ pieces: ["a", " + b"] }]);
  const asked = { model, prompt: "return ", suffix: "\n", max_tokens: 64, temperature: 0.01, stream: true };
  assert.equal(await said(mistral.fimStream(asked, never)), "a + b");
  const [request] = await backend.scripted.asked();
  assert.deepEqual([request.body.prompt, request.body.suffix], ["return ", "\n"]);
});

test("a keystroke that makes an answer needless lets go of the model", async () => {
  await backend.scripted.script([{ pieces: ["a", "b"], hold_after: 1 }]);
  const keystroke = new AbortController();
  const asked = { model, prompt: "return ", suffix: "\n", max_tokens: 64, stream: true };
  const reading = said(mistral.fimStream(asked, keystroke.signal)).catch(() => "aborted");
  const held = await backend.scripted.held();
  keystroke.abort();
  assert.equal(await backend.scripted.endingOf(held), "client_gone");
  await reading;
});
