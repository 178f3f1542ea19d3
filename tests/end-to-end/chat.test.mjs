import assert from "node:assert/strict";
import { after, before } from "node:test";
import { eventually } from "./harness/eventually.mjs";
import { openScene, scenarios } from "./harness/scene.mjs";
import { askedText } from "./harness/scripted.mjs";

const answer = [
  "A **stack** gives back",
  " first what was put in last.\n\n",
  "```python\nstack = []\nstack.append(1)\n```\n",
  "\n<img src=x onerror=alert(1)> is text.",
];

let scene;
let workbench;

before(async () => {
  scene = await openScene({
    name: "chat",
    files: { "stack.py": "stack = []\n" },
    withLine: true,
    // A test that looks around while the line is cut must not be too late.
    env: { CODESAGA_RESUME_SECONDS: "60" },
  });
  workbench = scene.workbench;
  await workbench.waitForStatus("sparkle");
});
after(() => scene?.close());

const test = scenarios(() => scene);

async function ask(text) {
  const chat = await workbench.chat();
  await chat.locator(".composer textarea").fill(text);
  await chat.locator(".composer textarea").press("Enter");
  return chat;
}

const answers = (chat) => chat.locator(".answer").allInnerTexts();
const finished = (chat) => chat.locator('.turn .reply[aria-busy="false"]').count();

test("an answer streams into the panel, drawn safely", async () => {
  await workbench.open("stack.py");
  await workbench.palette("CodeSaga: Open Chat");
  await workbench.chat();
  await scene.screenshots("empty");
  await scene.scripted.script([{ contains: "What is a stack?", pieces: answer, hold_after: 1 }]);
  const chat = await ask("What is a stack?");
  await eventually(
    "the first piece alone",
    () => answers(chat),
    ([text]) => text?.includes("gives back"),
  );
  assert.equal(await finished(chat), 0, "the answer is still coming");
  await scene.screenshots("streaming");
  await scene.scripted.release();
  await eventually(
    "the whole answer",
    () => finished(chat),
    (count) => count === 1,
  );
  const [text] = await answers(chat);
  assert.match(text, /first what was put in last/);
  assert.match(text, /<img src=x onerror=alert\(1\)> is text/);
  assert.equal(await chat.locator(".answer img").count(), 0);
  assert.equal(await chat.locator(".answer pre").count(), 1);
  assert.deepEqual(scene.complaints, []);
  await scene.screenshots("answered");
});

test("a second question uses the first", async () => {
  await scene.scripted.script([{ contains: "And a queue?", pieces: ["A queue gives back what came first."] }]);
  const chat = await ask("And a queue?");
  await eventually(
    "the second answer",
    () => finished(chat),
    (count) => count === 2,
  );
  const [asked] = await scene.scripted.asked("And a queue?");
  const text = askedText(asked);
  assert.match(text, /What is a stack\?/);
  assert.match(text, /first what was put in last/);
  assert.match(text, /And a queue\?/);
});

test("the conversation survives a reload of the editor with what was not sent yet, and goes on", async () => {
  const draft = "아직 보내지 않은 질문";
  await (await workbench.chat()).locator(".composer textarea").pressSequentially(draft);
  await workbench.reload();
  await workbench.waitForStatus("sparkle");
  await workbench.palette("CodeSaga: Open Chat");
  const chat = await workbench.chat();
  await eventually(
    "both answers after the reload",
    () => finished(chat),
    (count) => count === 2,
  );
  const questions = await chat.locator(".question").allInnerTexts();
  assert.match(questions[0], /What is a stack\?/);
  assert.match(questions[1], /And a queue\?/);
  assert.equal(await chat.locator(".composer textarea").inputValue(), draft);
  await scene.screenshots("after-reload");

  await scene.scripted.script([{ contains: "Which is older?", pieces: ["Neither."] }]);
  await ask("Which is older?");
  await eventually(
    "the third answer",
    () => finished(chat),
    (count) => count === 3,
  );
  const [asked] = await scene.scripted.asked("Which is older?");
  assert.match(askedText(asked), /And a queue\?/);
});

test("an answer that is on its way when the window is loaded again goes on", async () => {
  await scene.scripted.script([{ contains: "Tell a story", pieces: ["Once ", "upon a time"], hold_after: 1 }]);
  const before = await ask("Tell a story");
  const last = (chat, text) =>
    eventually(
      `an answer “${text}”`,
      () => answers(chat),
      (texts) => texts.at(-1)?.trim() === text,
    );
  await last(before, "Once");
  await workbench.reload();
  await workbench.palette("CodeSaga: Open Chat");
  const chat = await workbench.chat();
  await last(chat, "Once");
  await scene.scripted.release();
  await last(chat, "Once upon a time");
  await eventually(
    "its end",
    () => finished(chat),
    (count) => count === 4,
  );
  assert.equal(await chat.locator(".turn.stopped").count(), 0);
  assert.equal((await scene.scripted.asked("Tell a story")).length, 1, "the model was asked once");
});

test("Stop closes the model's connection and keeps what was said", async () => {
  await scene.scripted.script([{ contains: "Count", pieces: ["one ", "two ", "three"], hold_after: 2 }]);
  const chat = await ask("Count");
  await eventually(
    "the beginning",
    () => answers(chat),
    (texts) => texts.at(-1).includes("two"),
  );
  await chat.locator('.composer button[aria-label="Stop"]').click();
  assert.equal(await scene.scripted.endingOf(await scene.scripted.question("Count")), "client_gone");
  await eventually(
    "the stopped turn",
    () => chat.locator(".turn.stopped").count(),
    (count) => count === 1,
  );
  assert.match((await answers(chat)).at(-1), /one two/);
  await scene.screenshots("stopped");
});

test("a failed answer says what to do, and trying again works", async () => {
  await scene.scripted.script([
    { contains: "Break", times: 1, pieces: ["half"], end: { error_line: "llama runner process has terminated" } },
    { contains: "Break", pieces: ["whole"] },
  ]);
  const chat = await ask("Break");
  await chat.locator('.failure[role="alert"]').waitFor();
  await scene.screenshots("failed");
  await chat.locator(".failure button").click();
  await eventually(
    "the second try",
    () => answers(chat),
    (texts) => texts.at(-1).includes("whole"),
  );
});

test("an answer whose connection breaks goes on where it was", async () => {
  await scene.scripted.script([{ contains: "Sort", pieces: ["one ", "two ", "three ", "four"], hold_after: 2 }]);
  const chat = await ask("Sort");
  const last = chat.locator(".turn").last();
  await eventually(
    "the beginning",
    () => answers(chat),
    (texts) => texts.at(-1).includes("two"),
  );
  await scene.line.cut();
  await last.locator(".waiting-line").filter({ hasText: "The connection was lost. Reconnecting…" }).waitFor();
  await scene.line.mend();
  await scene.screenshots("reconnecting");
  await scene.scripted.release();
  await last.locator('.reply[aria-busy="false"]').waitFor();
  assert.equal((await answers(chat)).at(-1).trim(), "one two three four");
  assert.equal((await scene.scripted.asked("Sort")).length, 1, "the model is not asked again");
});

test("an answer that is lost with its server says so, and is asked again when the server is back", async () => {
  await scene.scripted.script([
    { contains: "Merge", times: 1, pieces: ["half ", "of it"], hold_after: 1 },
    { contains: "Merge", pieces: ["all of it"] },
  ]);
  const chat = await ask("Merge");
  await eventually(
    "the beginning",
    () => answers(chat),
    (texts) => texts.at(-1).includes("half"),
  );
  await scene.stopProxy();
  const failure = chat.locator('.failure[role="alert"]').last();
  await failure.waitFor();
  await workbench.waitForStatus("warning");
  await scene.screenshots("lost");
  await scene.startProxyAgain();
  await failure.locator("button").click();
  await eventually(
    "the whole answer",
    () => answers(chat),
    (texts) => texts.at(-1).includes("all of it"),
  );
});
