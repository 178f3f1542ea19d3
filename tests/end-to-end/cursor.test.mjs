// CodeSaga in Cursor. Cursor itself cannot be had here; an extension beside ours gives it what Cursor gives (cursor-stand-in).
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before } from "node:test";
import { importClient, installClients } from "../../scripts/lib/clients.mjs";
import { root } from "../../scripts/lib/places.mjs";
import { openProcesses } from "../../scripts/lib/processes.mjs";
import { quietKit } from "./harness/backend.mjs";
import { eventually } from "./harness/eventually.mjs";
import { openScene, scenarios } from "./harness/scene.mjs";

const question = "Cursor Tab and CodeSaga both suggest code";

let folder;
let log;
let scene;
let workbench;

before(async () => {
  // Before the editor: what it asks goes away by itself after a while.
  const processes = openProcesses();
  await installClients(quietKit(processes));
  await processes.endAll();
  folder = await mkdtemp(path.join(tmpdir(), "codesaga-cursor-"));
  log = path.join(folder, "cursor.log");
  // The editor's process inherits it.
  process.env.CURSOR_STAND_IN_LOG = log;
  const beside = path.join(root, "tests", "end-to-end", "cursor-stand-in");
  scene = await openScene({ name: "cursor", files: { "a.py": "x = 1\n" }, beside });
  workbench = scene.workbench;
  await workbench.waitForStatus("sparkle");
});
after(async () => {
  await scene?.close();
  await rm(folder, { recursive: true, force: true });
});

const test = scenarios(() => scene);

/** What Cursor was told, once it is as expected. */
async function told(what, accept) {
  const lines = async () =>
    (await readFile(log, "utf8"))
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
  return eventually(what, lines, accept);
}

const registered = (headers) => ({
  what: "registered",
  given: { name: "codesaga", server: { url: `${scene.url}/mcp`, ...(headers && { headers }) } },
});
const unregistered = { what: "unregistered", given: "codesaga" };

test("Cursor's agent is offered the server's tools, and they answer", async () => {
  const [{ given }] = await told("a server", (lines) => lines.length > 0);
  assert.deepEqual(given, registered().given);
  const { Client } = await importClient("@modelcontextprotocol/sdk/client/index.js");
  const { StreamableHTTPClientTransport } = await importClient("@modelcontextprotocol/sdk/client/streamableHttp.js");
  const client = new Client({ name: "Cursor", version: "1" });
  await client.connect(new StreamableHTTPClientTransport(new URL(given.server.url)));
  await scene.scripted.script([{ pieces: ["x = 2"] }]);
  const result = await client.callTool({ name: "generate", arguments: { instruction: "two", code: "x = 1" } });
  assert.equal(result.content[0].text, "x = 2");
  await client.close();
});

test("who completes is asked once, and Cursor Tab goes off when CodeSaga is chosen", async () => {
  const asked = workbench.page.locator(".notification-toast").filter({ hasText: question });
  await asked.waitFor();
  await scene.screenshots("who-completes");
  await workbench.notificationButton("Use CodeSaga").click();
  await told("Cursor Tab is off", (lines) => lines.some(({ what }) => what === "Cursor Tab disabled"));
  await workbench.page.locator(".notification-toast").filter({ hasText: "Cursor Tab is off." }).waitFor();
});

test("it is registered anew with the token, and not at all when that is not wanted", async () => {
  const before = (await told("all", () => true)).length;
  await workbench.palette("CodeSaga: Set Server Token");
  await workbench.page.locator(".quick-input-widget:visible input").waitFor();
  await workbench.type("cs_token");
  await workbench.press("Enter");
  const headers = { Authorization: "Bearer cs_token" };
  const anew = await told("the token", (lines) => lines.length >= before + 2);
  assert.deepEqual(anew.slice(before), [unregistered, registered(headers)]);

  await workbench.palette("Preferences: Open Settings (UI)");
  await workbench.page.locator(".settings-editor .suggest-input-container").click();
  await workbench.type("codesaga.cursor");
  const box = workbench.page.locator('.setting-item-bool .setting-value-checkbox[aria-label*="registerMcpServer"]');
  await box.waitFor();
  await scene.screenshots("setting");
  await box.click();
  await told("not wanted", (lines) => lines.length === before + 3);
  await box.click();
  const again = await told("wanted again", (lines) => lines.length >= before + 4);
  // The address is another one now: this editor forgets a machine's settings among the user's when those change.
  assert.deepEqual(
    again.slice(before + 2).map(({ what }) => what),
    ["unregistered", "registered"],
  );
});

test("what is registered is taken back at the end, and nobody asks again", async () => {
  const before = (await told("all", () => true)).length;
  await workbench.reload();
  const after = await told("a new start", (lines) => lines.at(-1)?.what === "registered" && lines.length > before);
  assert.deepEqual(
    after.slice(before).map(({ what }) => what),
    ["unregistered", "registered"],
  );
  await workbench.waitForStatus("sparkle");
  assert.deepEqual(
    (await workbench.notifications()).filter((text) => text.includes("Cursor Tab")),
    [],
  );
});
