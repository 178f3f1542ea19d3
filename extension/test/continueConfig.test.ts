import assert from "node:assert/strict";
import { test } from "node:test";
import { continueModels } from "../src/server/continueConfig";

test("models of a config.yaml come with address, token and roles", () => {
  const text = `
name: 우리 팀
version: 1.0.0
models:
  - name: Bllossom
    provider: openai
    model: bllossom:8b
    apiBase: https://models.example/v1/
    apiKey: cs_abc
    roles: [chat, edit]
  - name: Local
    provider: ollama
    model: qwen2.5-coder:1.5b
  - name: Secret by name
    provider: openai
    model: m
    apiBase: http://10.0.0.2:7411
    apiKey: \${{ secrets.KEY }}
  - name: Somebody else's
    provider: anthropic
    model: claude
  - uses: continuedev/hub
`;
  assert.deepEqual(continueModels(text), [
    {
      name: "Bllossom",
      model: "bllossom:8b",
      serverUrl: "https://models.example",
      token: "cs_abc",
      roles: ["chat", "edit"],
    },
    { name: "Local", model: "qwen2.5-coder:1.5b", serverUrl: "http://127.0.0.1:11434", roles: [] },
    { name: "Secret by name", model: "m", serverUrl: "http://10.0.0.2:7411", roles: [] },
  ]);
});

test("models of a config.json come as well", () => {
  const text = JSON.stringify({
    models: [{ title: "Chat", provider: "ollama", model: "llama3", apiBase: "http://gpu:11434" }],
    tabAutocompleteModel: { title: "Tab", provider: "ollama", model: "starcoder2" },
  });
  assert.deepEqual(continueModels(text), [
    { name: "Chat", model: "llama3", serverUrl: "http://gpu:11434", roles: [] },
    { name: "Tab", model: "starcoder2", serverUrl: "http://127.0.0.1:11434", roles: ["autocomplete"] },
  ]);
});

test("what is no configuration gives no model, and what is no YAML throws", () => {
  for (const text of ["", "[]", "models: 3", "models: [{ provider: 1 }, null]", "- a\n- b"]) {
    assert.deepEqual(continueModels(text), [], text);
  }
  const far = "models: [{ provider: openai, model: m, apiBase: 'file:///etc/passwd' }]";
  assert.deepEqual(continueModels(far), []);
  assert.throws(() => continueModels("models: [unclosed"));
});
