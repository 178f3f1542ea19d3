import assert from "node:assert/strict";
import { test } from "node:test";
import type { Ctx } from "../src/ctx";
import { registerEditorChat } from "../src/editorChat/editorChat";
import { asOneQuestion, textOf } from "../src/editorChat/messages";
import type { ChatRequest, Reply, ReplyEvent } from "../src/engine";
import { ChatResponseTurn, chat, LanguageModelTextPart, lm } from "./vscode";

const user = (...content: unknown[]) => ({ role: 1, content });
const model = (...content: unknown[]) => ({ role: 2, content });

test("a thread of the editor's own chat becomes one question", () => {
  assert.equal(asOneQuestion([user({ value: "hi" })]), "hi");
  assert.equal(
    asOneQuestion([user({ value: "a" }), model({ value: "b" }), user({ value: "c" }, { value: "d" })]),
    "User:\na\n\nAssistant:\nb\n\nUser:\ncd",
  );
  assert.equal(asOneQuestion([user({ value: " " }), user({ value: "one" })]), "one");
  assert.equal(asOneQuestion([]), "");
});

test("what is no text in a message is passed over", () => {
  assert.equal(textOf(user({ value: "a" }, { callId: "1", input: {} }, null, { value: 3 }, { value: "b" })), "ab");
});

const done: ReplyEvent = {
  kind: "done",
  promptTokens: 1,
  completionTokens: 1,
  firstTokenMs: 1,
  totalMs: 1,
  fromCache: false,
};

/** The editor and the server are outside here: what one offers, and what the other answers. */
function setUp(answer: ReplyEvent[]) {
  const asked: ChatRequest[] = [];
  const forgotten: string[] = [];
  const log: string[] = [];
  const ctx = {
    own: <T>(one: T) => one,
    log: { info: (line: string) => log.push(line), warn: (line: string) => log.push(line) },
    engine: {
      stats: () => ({}),
      onDidStart: () => ({ dispose: () => {} }),
      status: async () => ({ kind: "ready", model: "m", template: "llama3", fim: false, contextLength: 8_192 }),
      chat(request: ChatRequest): Reply {
        asked.push(request);
        const events = [...answer];
        return { next: async () => events.shift() ?? null, cancel: () => events.splice(0) };
      },
      deleteSession: async (id: string) => forgotten.push(id) > 0,
    },
  } as unknown as Ctx;
  return { ctx, asked, forgotten, log };
}

const token = { onCancellationRequested: () => ({ dispose: () => {} }) };

test("@codesaga answers, and a thread is one conversation", async () => {
  const { ctx, asked } = setUp([{ kind: "queued", place: 2 }, { kind: "text", text: "It adds." }, done]);
  type Handler = (...given: unknown[]) => Promise<{ metadata: { session: string } }>;
  const made: { id: string; handler: Handler }[] = [];
  chat.createChatParticipant = (id: string, handler: Handler) => {
    made.push({ id, handler });
    return {};
  };
  registerEditorChat(ctx);
  chat.createChatParticipant = undefined;
  const [participant] = made;
  assert.equal(participant?.id, "codesaga.chat");
  const said: string[] = [];
  const response = { markdown: (text: string) => said.push(text), progress: (text: string) => said.push(`(${text})`) };
  const ask = (prompt: string, history: unknown[], references: unknown[] = []) =>
    participant?.handler({ prompt, references }, { history }, response, token);
  const first = await ask("What?", [], [{ id: "note", value: "some words" }]);
  assert.deepEqual(said, ["(Place 2 in the queue)", "It adds."]);
  assert.deepEqual(asked[0]?.context, [{ path: "note", language: "text", text: "some words" }]);
  await ask("Why?", [new ChatResponseTurn("other", {}), new ChatResponseTurn("codesaga.chat", first ?? {})]);
  assert.equal(asked[1]?.session, first?.metadata.session);
});

test("the team's model is offered, and a thread of others is forgotten at once", async () => {
  const { ctx, asked, forgotten } = setUp([{ kind: "text", text: "Yes." }, done]);
  // biome-ignore lint/suspicious/noExplicitAny: the editor's interface is newer than our types of it.
  const made: any[] = [];
  lm.registerLanguageModelChatProvider = (vendor: string, provider: unknown) => {
    made.push(vendor, provider);
    return { dispose: () => {} };
  };
  registerEditorChat(ctx);
  lm.registerLanguageModelChatProvider = undefined;
  const [vendor, provider] = made;
  assert.equal(vendor, "codesaga");
  const [offered] = await provider.provideLanguageModelChatInformation();
  assert.deepEqual([offered.id, offered.maxInputTokens], ["m", 6_144]);
  const parts: unknown[] = [];
  const progress = { report: (part: unknown) => parts.push(part) };
  await provider.provideLanguageModelChatResponse(offered, [user({ value: "Is it?" })], {}, progress, token);
  assert.deepEqual(parts, [new LanguageModelTextPart("Yes.")]);
  assert.equal(asked[0]?.text, "Is it?");
  assert.deepEqual(forgotten, [asked[0]?.session]);
});

test("an editor that has none of it, or refuses, breaks nothing", () => {
  const { ctx, log } = setUp([]);
  registerEditorChat(ctx);
  assert.deepEqual(log, []);
  chat.createChatParticipant = () => {
    throw new Error("not here");
  };
  registerEditorChat(ctx);
  chat.createChatParticipant = undefined;
  assert.deepEqual(log, ["The editor does not take a chat participant: not here"]);
});
