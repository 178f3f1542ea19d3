import assert from "node:assert/strict";
import { after, before } from "node:test";
import { eventually } from "./harness/eventually.mjs";
import { openScene, scenarios } from "./harness/scene.mjs";
import { askedText } from "./harness/scripted.mjs";

// Everything that an edit could spoil: CRLF, Korean, an emoji outside the basic plane, no newline at the end.
const total = [
  "    def total(self):",
  "        # 모든 물건의 값 🛒",
  "        result = 0",
  "        for item in self.items:",
  "            result = result + item.price",
  "        return result",
];
const cart = ["class Cart:", "    def __init__(self):", "        self.items = []", "", ...total, "", "count = 3"].join(
  "\r\n",
);
const [first, last] = [5, 10];
const answer = [
  "    def total(self):\n",
  "        # 모든 물건의 값 🛒\n",
  "        return sum(item.price",
  " for item in self.items)\n",
  "```",
];
const simplified = cart.replace(
  total.join("\r\n"),
  ["    def total(self):", "        # 모든 물건의 값 🛒", "        return sum(item.price for item in self.items)"].join(
    "\r\n",
  ),
);

let scene;
let workbench;

before(async () => {
  scene = await openScene({ name: "refactor", files: { "cart.py": cart, "other.py": cart, "moved.py": cart } });
  workbench = scene.workbench;
  await workbench.waitForStatus("sparkle");
});
after(() => scene?.close());

const test = scenarios(() => scene);

async function askToSimplify(file) {
  await scene.scripted.script([{ pieces: answer, between_ms: 20 }]);
  await workbench.selectLines(file, first, last);
  await workbench.palette("CodeSaga: Refactor…");
  await workbench.page.locator(".quick-input-list .monaco-list-row").filter({ hasText: "Simplify" }).waitFor();
}

async function chooseSimplify() {
  await workbench.page.locator(".quick-input-list .monaco-list-row").filter({ hasText: "Simplify" }).first().click();
  await workbench.waitForDiff();
  await workbench.titleButton("Accept").waitFor();
}

test("a refactoring is shown as a diff; Accept applies it, and one undo restores every byte", async () => {
  await askToSimplify("cart.py");
  await scene.screenshots("quick-pick");
  await chooseSimplify();
  assert.match(await workbench.diffTitle(), /Simplify — CodeSaga/);
  await eventually("the whole proposal", workbench.proposed, (text) => text.includes("for item in self.items)"));
  assert.equal(await workbench.read("cart.py"), cart, "nothing is changed before Accept");
  await scene.screenshots("diff");

  const [asked] = await scene.scripted.asked("Simplify this code");
  assert.match(askedText(asked), /Simplify this code/);
  assert.match(askedText(asked), /result = result \+ item\.price/);

  await workbench.titleButton("Accept").click();
  await workbench.waitForNoDiff();
  await workbench.saves("cart.py", simplified);
  await scene.screenshots("accepted");
  await workbench.press("Control+z");
  await workbench.saves("cart.py", cart);
});

test("Discard leaves the document untouched", async () => {
  await askToSimplify("other.py");
  await chooseSimplify();
  await workbench.press("Escape");
  await workbench.waitForNoDiff();
  await workbench.open("other.py");
  assert.equal(await workbench.page.locator(".tab.active.dirty").count(), 0);
  await workbench.press("Control+z");
  await workbench.saves("other.py", cart);
});

test("Accept refuses when the code was changed meanwhile", async () => {
  await askToSimplify("moved.py");
  await chooseSimplify();
  const changed = cart.replace("result = 0", "result = 10");
  await workbench.write("moved.py", changed);
  await eventually("the change to be seen", workbench.visibleText, (text) => text.includes("result = 10"));
  await workbench.titleButton("Accept").click();
  await eventually("the refusal", workbench.notifications, (texts) =>
    texts.some((text) => text.includes("has changed")),
  );
  assert.equal(await workbench.read("moved.py"), changed);
  await scene.screenshots("changed-meanwhile");
  await workbench.notificationButton("Discard").click();
  await workbench.waitForNoDiff();
});

test("Cancel while the answer comes closes the model's connection", async () => {
  await scene.scripted.script([{ pieces: answer, hold_after: 0 }]);
  await workbench.selectLines("cart.py", first, last);
  await workbench.palette("CodeSaga: Refactor…");
  await workbench.page.locator(".quick-input-list .monaco-list-row").filter({ hasText: "Simplify" }).first().click();
  const cancel = workbench.notificationButton("Cancel");
  await cancel.waitFor();
  const question = await scene.scripted.question("Simplify this code");
  await cancel.click();
  assert.equal(await scene.scripted.endingOf(question), "client_gone");
  await workbench.saves("cart.py", cart);
});
