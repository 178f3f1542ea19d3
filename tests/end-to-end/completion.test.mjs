import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { openScene } from "./harness/scene.mjs";

const stack = `class Stack:
    def __init__(self):
        self.items = []

    def push(self, item):
        self.items.append(item)

    def pop(self):
        
`;
const lastLine = 9;
const indented = 9;

let scene;
let workbench;

before(async () => {
  const files = { "stack.py": stack, "along.py": stack, "cancel.py": stack, "offline.py": stack };
  scene = await openScene({ name: "completion", files });
  workbench = scene.workbench;
});
after(() => scene?.close());

test("the status becomes ready and names the model", async () => {
  await workbench.waitForStatus("sparkle");
  assert.match(await workbench.statusLabel(), /CodeSaga.*[Bb]llossom/);
});

test("ghost text appears while typing, and Tab accepts it", async () => {
  await scene.scripted.script([]);
  await workbench.open("stack.py", lastLine, indented);
  await workbench.type("return ");
  await workbench.waitForGhostText((text) => text.includes("self.items.pop()"));
  assert.equal(await workbench.read("stack.py"), stack, "ghost text is not in the file");
  await scene.screenshots("ghost-text");
  await workbench.press("Tab");
  await workbench.waitForNoGhostText();
  assert.equal(await workbench.saved("stack.py"), stack.replace(/ {8}\n$/, "        return self.items.pop()\n"));
});

test("typing what the ghost text says sends no second request", async () => {
  const requestsSent = async () => Number((await workbench.statusPage("CodeSaga: Show Status"))["stats.requestsSent"]);
  await workbench.open("along.py", lastLine, indented);
  const sentBefore = await requestsSent();
  await workbench.open("along.py", lastLine, indented);
  await scene.scripted.script([]);
  await workbench.page.keyboard.insertText("return ");
  await workbench.waitForGhostText((text) => text.includes("self.items.pop()"));
  await workbench.type("self.items.", 60);
  await workbench.waitForGhostText((text) => text.includes("pop()") && !text.includes("items"));
  await workbench.press("Tab");
  assert.match(await workbench.saved("along.py"), / {8}return self\.items\.pop\(\)\n$/);
  const asked = await scene.scripted.asked();
  assert.equal(asked.filter((request) => request.body.prompt.includes("return self")).length, 0);
  assert.equal(asked.length, 1, "the model was asked once");
  assert.equal((await requestsSent()) - sentBefore, 1, "the engine sent one request");
});

test("a completion that no longer fits is let go, and the model's connection closes", async () => {
  await scene.scripted.script([{ endpoint: "/api/generate", times: 1, pieces: ["never"], first_delay_ms: 60_000 }]);
  await workbench.open("cancel.py", lastLine, indented);
  await workbench.page.keyboard.insertText("return ");
  await scene.scripted.askedUntil((asked) => asked.length === 1, "the first request");
  await workbench.type("self.items[");
  const [first] = await scene.scripted.askedUntil((asked) => asked[0]?.ending, "the end of the first request");
  assert.equal(first.ending, "client_gone");
  await workbench.press("Control+z");
  await workbench.saved("cancel.py");
});

test("without the server the status says so once, and typing goes on", async () => {
  await scene.scripted.script([]);
  await workbench.open("offline.py", lastLine, indented);
  await scene.stopProxy();
  await workbench.type("return len(self.items)");
  await workbench.waitForStatus("warning");
  assert.match(await workbench.statusLabel(), /reach|connect/i);
  await workbench.type("  # typed offline", 10);
  assert.match(await workbench.saved("offline.py"), / {8}return len\(self\.items\) {2}# typed offline\n$/);
  assert.deepEqual(await workbench.notifications(), []);
  await scene.screenshots("offline");

  await scene.startProxyAgain();
  await workbench.waitForStatus("sparkle");
});
