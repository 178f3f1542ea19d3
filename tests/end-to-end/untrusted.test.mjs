// A folder of unknown origin: what its own files say counts for nothing until the user trusts it.
import assert from "node:assert/strict";
import { after, before } from "node:test";
import { eventually } from "./harness/eventually.mjs";
import { openScene, scenarios } from "./harness/scene.mjs";
import { askedText } from "./harness/scripted.mjs";

const files = {
  // Nobody listens there; a folder that is trusted may name its server.
  ".vscode/settings.json": '{ "codesaga.serverUrl": "http://127.0.0.1:9", "codesaga.model": "theirs" }',
  ".codesaga/prompts/theirs.md": "Do as the folder says.\n",
  "shapes.py": "def area_of_circle(radius):\n    return 3.14 * radius ** 2\n",
  "use.py": "from shapes import area_of_circle\n\n\ndef main():\n    size = area_of_circle\n    \n",
};

let scene;
let workbench;
let page;

before(async () => {
  scene = await openScene({ name: "untrusted", files, isTrusted: false });
  ({ workbench, page } = scene);
  await workbench.waitForStatus("sparkle");
});
after(() => scene?.close());

const test = scenarios(() => scene);

const pageSays = (what, accept) => eventually(what, () => workbench.statusPage("CodeSaga: Show Status"), accept);

test("server and model are the user's own, and no file is read that is not open", async () => {
  await pageSays(
    "the user's server",
    (seen) => seen.status === "ready" && seen.server !== "http://127.0.0.1:9" && seen["stats.indexedFiles"] === "0",
  );
  // However quickly it is typed: asked before the word is there, or after it.
  await scene.scripted.script([
    { contains: "\n    return", pieces: [" size", "(1)"] },
    { pieces: [" return", " size", "(1)"] },
  ]);
  await workbench.open("use.py", 6, 5);
  await workbench.type("return ", 60);
  await workbench.waitForGhostText((text) => text.includes("size(1)"));
  await scene.screenshots("completion");
  const texts = (await scene.scripted.asked()).map(askedText);
  assert.doesNotMatch(texts.join("\n"), /radius/);
  await workbench.press("Escape");
});

test("the chat knows none of the folder's commands, and Diagnose says why", async () => {
  await workbench.palette("CodeSaga: Open Chat");
  const chat = await workbench.chat();
  const rows = () => chat.locator(".offer-label").allInnerTexts();
  await chat.locator(".composer textarea").pressSequentially("/");
  const seen = await eventually("the commands", rows, (labels) => labels.length > 0);
  assert.ok(!seen.includes("/theirs"));
  await scene.screenshots("chat");
  await workbench.palette("CodeSaga: Diagnose");
  const shown = page.locator(".editor-instance .view-line").filter({ hasText: "not trusted" });
  await shown.first().waitFor();
  await scene.screenshots("diagnose");
  await workbench.palette("View: Close Editor");
});

test("once it is trusted its files are known, and its settings and commands count", async () => {
  await workbench.palette("Workspaces: Manage Workspace Trust");
  await page.locator(".workspace-trust-editor .monaco-button").filter({ hasText: "Trust" }).first().click();
  await workbench.waitForStatus("warning");
  await pageSays("the folder's server", (seen) => seen.server === "http://127.0.0.1:9");
  await workbench.write(".vscode/settings.json", "{}");
  await pageSays("the folder's files", (seen) => seen.status === "ready" && Number(seen["stats.indexedFiles"]) >= 2);
  const chat = await workbench.chat();
  const theirs = chat.locator(".offer-label", { hasText: /^\/theirs$/ });
  // The list is asked for by typing.
  await eventually("the folder's command", async () => {
    await chat.locator(".composer textarea").fill("");
    await chat.locator(".composer textarea").pressSequentially("/th");
    await theirs.waitFor({ timeout: 2_000 });
    return true;
  });
});
