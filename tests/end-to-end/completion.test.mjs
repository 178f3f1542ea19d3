import assert from "node:assert/strict";
import { after, before } from "node:test";
import { eventually } from "./harness/eventually.mjs";
import { openScene, scenarios } from "./harness/scene.mjs";

const stack = `class Stack:
    def __init__(self):
        self.items = []

    def push(self, item):
        self.items.append(item)

    def pop(self):
        
`;
const withLine = (line) => stack.replace(/ {8}\n$/, `        ${line}\n`);
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

const test = scenarios(() => scene);

test("the status becomes ready and names the model", async () => {
  await workbench.waitForStatus("sparkle");
  assert.match(await workbench.statusLabel(), /CodeSaga.*[Bb]llossom/);
});

test("ghost text appears while typing, and Tab accepts it", async () => {
  await scene.scripted.script([]);
  await workbench.open("stack.py", lastLine, indented);
  // The editor readies its ghost text a moment after its first file opens; keys before that ask nobody.
  await workbench.type("return ", 150);
  await workbench.waitForGhostText((text) => text.includes("self.items.pop()"));
  // What was typed may have been saved by the editor meanwhile.
  assert.ok(!(await workbench.read("stack.py")).includes("items.pop()"), "ghost text is not in the file");
  await scene.screenshots("ghost-text");
  await workbench.press("Tab");
  await workbench.waitForNoGhostText();
  await workbench.saves("stack.py", withLine("return self.items.pop()"));
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
  await eventually(
    "one request sent by the engine",
    async () => (await requestsSent()) - sentBefore,
    (sent) => sent === 1,
  );
});

test("a completion that no longer fits is let go, and the model's connection closes", async () => {
  await scene.scripted.script([{ times: 1, pieces: [" self", ".items.pop()"], hold_after: 1 }]);
  await workbench.open("cancel.py", lastLine, indented);
  await workbench.page.keyboard.insertText("return ");
  const held = await scene.scripted.held();
  await workbench.type("None");
  assert.equal(await scene.scripted.endingOf(held), "client_gone");
  await workbench.saves("cancel.py", withLine("return None"));
});

test("without the server the status says so once, and typing goes on", async () => {
  await scene.scripted.script([]);
  await workbench.open("offline.py", lastLine, indented);
  await scene.stopProxy();
  await workbench.type("return len(self.items)");
  await workbench.waitForStatus("warning");
  assert.match(await workbench.statusLabel(), /reach|connect/i);
  await workbench.type("  # typed offline", 10);
  await workbench.saves("offline.py", withLine("return len(self.items)  # typed offline"));
  assert.deepEqual(await workbench.notifications(), []);
  await scene.screenshots("offline");

  await scene.startProxyAgain();
  await workbench.waitForStatus("sparkle");
});
