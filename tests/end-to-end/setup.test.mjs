// Finding the way in: the walkthrough, the diagnosis, the choice of a model, and settings taken over from Continue.
import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before } from "node:test";
import { eventually } from "./harness/eventually.mjs";
import { openScene, scenarios } from "./harness/scene.mjs";

/** What the scripted model server has. */
const model = "bllossom-shape:latest";

let continueFolder;
let scene;
let workbench;

before(async () => {
  continueFolder = await mkdtemp(path.join(tmpdir(), "codesaga-continue-"));
  // The editor's process inherits it, as it would from a shell.
  process.env.CONTINUE_GLOBAL_DIR = continueFolder;
  scene = await openScene({ name: "setup", files: { "a.py": "x = 1\n" } });
  workbench = scene.workbench;
  await workbench.waitForStatus("sparkle");
});
after(async () => {
  await scene?.close();
  await rm(continueFolder, { recursive: true, force: true });
});

const test = scenarios(() => scene);

const rows = () => workbench.page.locator(".quick-input-list .monaco-list-row").allInnerTexts();

const looked = /^([✓✗!] | {4}→ )/;

/** Opens the report and gives the lines of what was looked at, once they are as expected. */
async function diagnose(what, accept) {
  await workbench.palette("CodeSaga: Diagnose");
  const lines = async () => {
    const texts = await workbench.page.locator(".editor-instance .view-line").allInnerTexts();
    return texts.map((text) => text.replaceAll("\u00a0", " ")).filter((text) => looked.test(text));
  };
  return eventually(what, lines, accept);
}

test("the walkthrough shows four steps with their pictures", async () => {
  await workbench.palette("Welcome: Open Walkthrough...");
  await workbench.choose("Get Started with CodeSaga");
  const steps = workbench.page.locator(".getting-started-step .step-title");
  await eventually(
    "four steps",
    () => steps.allInnerTexts(),
    (texts) => texts.length === 4 && texts[0].includes("Connect to your server"),
  );
  const picture = workbench.page.locator(".getting-started-media img").first();
  await eventually(
    "the picture",
    () => picture.evaluate((image) => image.naturalWidth),
    (width) => width > 0,
  );
  await scene.screenshots("walkthrough");
  await workbench.palette("View: Close Editor");
});

test("Diagnose says that all is well, and what to mend when the server is gone", async () => {
  const answered = /^✓ It answers, with the model \S+/;
  const well = await diagnose("an answer", (lines) => lines.some((line) => answered.test(line)));
  assert.ok(
    well.every((line) => line.startsWith("✓ ")),
    well.join("\n"),
  );
  await scene.screenshots("diagnose");
  await workbench.palette("View: Close Editor");

  await scene.stopProxy();
  await diagnose("what is wrong", (lines) => lines.some((line) => line.startsWith("✗ The server cannot be reached.")));
  await workbench.palette("View: Close Editor");
  await scene.startProxyAgain();
  await workbench.palette("CodeSaga: Reconnect");
  await workbench.waitForStatus("sparkle");
});

test("a model is chosen for one kind of work from those the server has", async () => {
  await workbench.palette("CodeSaga: Choose Model…");
  await eventually("the kinds of work", rows, (texts) => texts.length === 3);
  await scene.screenshots("work");
  await workbench.page.locator(".quick-input-list .monaco-list-row").filter({ hasText: "For chat" }).click();
  await eventually("the models", rows, (texts) => texts.some((text) => text.includes(model)));
  await scene.screenshots("models");
  await workbench.choose(model);
  const again = async () => {
    await workbench.palette("CodeSaga: Choose Model…");
    await workbench.page.locator(".quick-input-list .monaco-list-row").filter({ hasText: "For chat" }).waitFor();
    const texts = await rows();
    await workbench.press("Escape");
    return texts;
  };
  await eventually("the choice", again, (texts) => texts.some((text) => text === `For chat${model}`));
});

test("a configuration of Continue that is not there is told from one that cannot be read", async () => {
  const says = async (words) => {
    await workbench.palette("CodeSaga: Import Settings from Continue");
    await eventually(words, workbench.notifications, (texts) => texts.some((text) => text.includes(words)));
    await workbench.palette("Notifications: Clear All Notifications");
  };
  await says("Continue has no configuration");
  const file = path.join(continueFolder, "config.yaml");
  await writeFile(file, "models: [unclosed\n");
  await says("could not be read");
  await rm(file);
  await mkdir(file);
  await says("could not be read");
  await rm(file, { recursive: true });
});

test("server, model and token are taken over from Continue", async () => {
  const { server } = await workbench.statusPage("CodeSaga: Show Status");
  // The same server by another of its names.
  const other = server.replace("127.0.0.1", "localhost");
  const [named] = await (await fetch(`${server}/v1/models`)).json().then(({ data }) => data);
  await writeFile(
    path.join(continueFolder, "config.yaml"),
    `models:\n  - name: 우리 팀\n    provider: openai\n    model: ${named.id}\n    apiBase: ${other}/v1\n    apiKey: cs_given\n`,
  );
  await workbench.palette("CodeSaga: Import Settings from Continue");
  await eventually("the model", rows, (texts) => texts.length === 1 && texts[0].includes("우리 팀"));
  await scene.screenshots("continue");
  await workbench.choose("우리 팀");
  await eventually(
    "the new server",
    () => workbench.statusPage("CodeSaga: Show Status"),
    (page) => page.server === other && page.status === "ready" && page.model === named.id,
  );
});
