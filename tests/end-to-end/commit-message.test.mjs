import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { after, before } from "node:test";
import { eventually } from "./harness/eventually.mjs";
import { openScene, scenarios } from "./harness/scene.mjs";
import { askedText } from "./harness/scripted.mjs";

let scene;
let workbench;

const identity = ["-c", "user.name=Kim", "-c", "user.email=kim@example.org", "-c", "commit.gpgsign=false"];
const git = (...args) => execFileSync("git", [...identity, ...args], { cwd: scene.folder, encoding: "utf8" });

before(async () => {
  scene = await openScene({ name: "commit-message", files: { "cart.py": "def total(items):\n    return 0\n" } });
  workbench = scene.workbench;
  await workbench.waitForStatus("sparkle");
  git("init", "--quiet", "--initial-branch=main");
  git("add", ".");
  git("commit", "--quiet", "--message", "장바구니 합계 추가");
  await workbench.write("cart.py", "def total(items):\n    return sum(item.price for item in items)\n");
  await workbench.write("notes.txt", "not staged\n");
  git("add", "cart.py");
  await workbench.reload();
  await workbench.page.locator(".activitybar .action-item:has(.codicon-source-control-view-icon)").click();
  await workbench.page.locator(".scm-editor .monaco-editor").waitFor();
});
after(() => scene?.close());

const test = scenarios(() => scene);

/** The buttons of the view are shown while the mouse is over it. */
async function press() {
  const { page } = workbench;
  await page.locator(".pane-header").filter({ hasText: "Changes" }).first().hover();
  await page.locator('.action-label[aria-label^="Generate Commit Message"]').first().click();
}

const message = async () =>
  (await workbench.page.locator(".scm-editor .view-line").allInnerTexts()).join("\n").replaceAll("\u00a0", " ");

test("the message for what is staged is put into the empty box", async () => {
  await scene.scripted.script([{ pieces: ["합계를 물건 값의 ", "합으로 계산"] }]);
  await press();
  await eventually("the message in the box", message, (text) => text === "합계를 물건 값의 합으로 계산");
  await scene.screenshots("filled");
  const [asked] = await scene.scripted.asked("sum(item.price");
  assert.match(askedText(asked), /장바구니 합계 추가/);
  assert.doesNotMatch(askedText(asked), /not staged/);
  assert.equal(git("log", "--oneline").trim().split("\n").length, 1, "nothing is committed");
});

test("what stands there is only replaced when the user says so, and comes back with Undo", async () => {
  await scene.scripted.script([{ pieces: ["값을 모두 더하기"] }]);
  const first = await message();
  await press();
  const choice = workbench.page
    .locator(".quick-input-list .monaco-list-row")
    .filter({ hasText: "Replace what is there" });
  await choice.waitFor();
  await scene.screenshots("choice");
  assert.equal(await message(), first);
  await workbench.choose("Replace what is there");
  await eventually("the new message", message, (text) => text === "값을 모두 더하기");
  await workbench.notificationButton("Undo").click();
  await eventually("the old message", message, (text) => text === first);

  await press();
  await workbench.choose("Add below it");
  await eventually("both messages", message, (text) => text.startsWith(first) && text.endsWith("값을 모두 더하기"));
});

test("Cancel closes the model's connection and leaves the box alone", async () => {
  await scene.scripted.script([{ pieces: ["늦은 ", "답"], hold_after: 0 }]);
  const before = await message();
  // The editor keeps the notification of what is done for a moment.
  await workbench.notificationButton("Cancel").waitFor({ state: "detached" });
  await press();
  const question = await scene.scripted.question("sum(item.price");
  await workbench.notificationButton("Cancel").click();
  assert.equal(await scene.scripted.endingOf(question), "client_gone");
  assert.equal(await message(), before);
});

test("what is said behind /commit in the chat goes along", async () => {
  await scene.scripted.script([{ pieces: ["Sum the prices"] }]);
  await workbench.palette("CodeSaga: Open Chat");
  const input = (await workbench.chat()).locator(".composer textarea");
  await input.fill("/commit 영어로, 짧게");
  await input.press("Enter");
  const asked = askedText(await scene.scripted.question("다음 요청을 따르세요: 영어로, 짧게"));
  assert.match(asked, /sum\(item\.price/);
  await workbench.choose("Replace what is there");
});
