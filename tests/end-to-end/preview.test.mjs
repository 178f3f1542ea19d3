import assert from "node:assert/strict";
import { after, before } from "node:test";
import { eventually } from "./harness/eventually.mjs";
import { openScene, scenarios } from "./harness/scene.mjs";
import { askedText } from "./harness/scripted.mjs";

// Two places change, with a line between them that stays.
const price = ["def price(item):", "    a = item.cost  # 값 🧾", "    b = a * 1.1", "    return b"];
const file = ["import math", "", ...price, "", "count = 3", ""].join("\n");
const [first, last] = [3, 6];
const better = ["def price(item):", "    cost = item.cost  # 값 🧾", "    b = a * 1.1", "    return round(b)"];
const best = ["def price(item):", "    return round(item.cost * 1.1)  # 값 🧾"];
const [, oldTop, , oldEnd] = price;
const [, newTop, , newEnd] = better;

let scene;
let workbench;

before(async () => {
  scene = await openScene({
    name: "preview",
    files: Object.fromEntries(
      ["hunks", "keys", "again", "typed", "fitted", "lost", "reload", "closed", "broken"].map((name) => [
        `${name}.py`,
        file,
      ]),
    ),
    // Whoever saves by themselves must not save a proposal.
    settings: { "files.autoSave": "afterDelay", "files.autoSaveDelay": 100 },
  });
  workbench = scene.workbench;
  await workbench.waitForStatus("sparkle");
});
after(() => scene?.close());

const test = scenarios(() => scene);

const answerOf = (lines) => ({ pieces: [...lines.map((line) => `${line}\n`), "```"] });
const lens = (text) =>
  workbench.page.locator(".monaco-diff-editor .modified .codelens-decoration a").filter({ hasText: text });
const isIn = (text) => (seen) => seen.includes(text);

async function propose(name, lines = better) {
  await scene.scripted.script([answerOf(lines)]);
  await workbench.selectLines(name, first, last);
  await workbench.palette("CodeSaga: Refactor…");
  await workbench.choose("Simplify");
  await workbench.waitForDiff();
  await workbench.titleButton("Accept").waitFor();
}

test("each change has its own lenses: one is accepted, the other rejected, and one undo brings back everything", async () => {
  await propose("hunks.py");
  await lens("Accept").nth(1).waitFor();
  assert.equal(await lens("Reject").count(), 2);
  await scene.screenshots("hunks");

  await lens("Accept").first().click();
  const one = file.replace(oldTop, newTop);
  await eventually(
    "the first change to be written",
    () => workbench.read("hunks.py"),
    (text) => text === one,
  );
  await eventually(
    "one change to be left",
    () => lens("Reject").count(),
    (count) => count === 1,
  );
  await lens("Reject").click();
  await workbench.waitForNoDiff();
  await workbench.open("hunks.py");
  await workbench.press("Control+z");
  await workbench.saves("hunks.py", file);
});

test("changes are accepted and rejected with keys alone", async () => {
  await propose("keys.py");
  await lens("Accept").nth(1).waitFor();
  await workbench.press("Alt+F5");
  await workbench.press("Control+Alt+Backspace");
  await eventually(
    "one change to be left",
    () => lens("Accept").count(),
    (count) => count === 1,
  );
  await workbench.press("Control+Alt+Enter");
  await workbench.waitForNoDiff();
  await workbench.saves("keys.py", file.replace(oldEnd, newEnd));
});

test("Try Again With… sends the earlier answer and what the user adds, and the answers can be compared", async () => {
  await propose("again.py");
  await scene.scripted.script([answerOf(best)]);
  await workbench.titleButton("Try Again With").click();
  const input = workbench.page.locator(".quick-input-widget:visible input");
  await input.fill("한 줄로 써 주세요");
  await workbench.press("Enter");
  await eventually("the second answer", workbench.proposed, isIn("return round(item.cost"));
  const asked = await scene.scripted.question("한 줄로 써 주세요");
  assert.match(askedText(asked), /cost = item\.cost/, "the answer that was not good enough");

  await lens("Answer 2 of 2").waitFor();
  await scene.screenshots("second-answer");
  await workbench.titleButton("Previous Answer").click();
  await lens("Answer 1 of 2").waitFor();
  await eventually("the first answer", workbench.proposed, isIn(newTop));
  await lens("Answer 1 of 2").click();
  await workbench.page.locator(".quick-input-list .monaco-list-row").nth(1).waitFor();
  await scene.screenshots("compare");
  await workbench.choose("Answer 2");
  await lens("Answer 2 of 2").waitFor();
  await workbench.press("Control+Enter");
  await workbench.waitForNoDiff();
  await workbench.saves("again.py", file.replace(price.join("\n"), best.join("\n")));
  await workbench.press("Control+z");
  await workbench.saves("again.py", file);
});

test("a syntax error that the answer brings is said, Accept asks about it, and Ctrl+Alt+R tells the model", async () => {
  await propose("broken.py", [price[0], "    return round(item.cost * 1.1  # 값 🧾"]);
  await lens("The answer has a syntax error").waitFor();
  await scene.screenshots("syntax-error");
  await workbench.press("Control+Enter");
  await workbench.notificationButton("Apply Anyway").waitFor();
  await scene.screenshots("syntax-error-accept");
  await scene.scripted.script([answerOf(best)]);
  await workbench.press("Control+Alt+r");
  await eventually("the second answer", workbench.proposed, isIn("return round(item.cost * 1.1)"));
  const [asked] = await scene.scripted.asked("syntax error");
  assert.match(askedText(asked), /return round\(item\.cost \* 1\.1 {2}# 값/, "the answer that was broken");
  await lens("Answer 2 of 2").waitFor();
  await workbench.press("Control+Enter");
  await workbench.waitForNoDiff();
  await workbench.saves("broken.py", file.replace(price.join("\n"), best.join("\n")));
});

test("what is typed elsewhere is saved by itself; the proposal is not, and is accepted in its new place", async () => {
  await propose("typed.py");
  await workbench.write("typed.py", `# 맨 위\n${file}`);
  await eventually("the new line to be seen", workbench.proposed, isIn("맨 위"));
  assert.equal(await workbench.read("typed.py"), `# 맨 위\n${file}`);
  await workbench.titleButton("Accept").click();
  await workbench.waitForNoDiff();
  await workbench.saves("typed.py", `# 맨 위\n${file.replace(oldTop, newTop).replace(oldEnd, newEnd)}`);
});

async function changeMeanwhile(name, changed) {
  await propose(name);
  await workbench.write(name, changed);
  await lens("This code has changed").waitFor();
  await workbench.titleButton("Accept").click();
  await eventually("the choice", workbench.notifications, (texts) => texts.some(isIn("so nothing was applied")));
}

test("code that changed between the changes is kept: they are fitted to it, shown again, then accepted", async () => {
  const changed = file.replace("a * 1.1", "a * 1.2");
  await changeMeanwhile("fitted.py", changed);
  await scene.screenshots("changed");
  await workbench.notificationButton("Fit to the New Code").click();
  await lens("Accept").nth(1).waitFor();
  assert.equal(await workbench.read("fitted.py"), changed, "fitting applies nothing");
  await workbench.press("Control+Enter");
  await workbench.waitForNoDiff();
  await workbench.saves("fitted.py", changed.replace(oldTop, newTop).replace(oldEnd, newEnd));
});

test("a change whose own line was changed is left out, and Ask Again asks about the code as it is", async () => {
  const changed = file.replace(oldEnd, "    return b + 1");
  await changeMeanwhile("lost.py", changed);
  await workbench.notificationButton("Fit to the New Code").click();
  await eventually("what is left", workbench.notifications, (texts) => texts.some(isIn("1 of 2 changes fit")));
  await eventually(
    "one change to be left",
    () => lens("Accept").count(),
    (count) => count === 1,
  );
  await scene.scripted.script([answerOf(best)]);
  await workbench.palette("CodeSaga: Try Again");
  await eventually("the new answer", workbench.proposed, isIn("return round(item.cost"));
  const [asked] = await scene.scripted.asked("return b + 1");
  assert.ok(asked);
  // While it is coming, Escape goes back to the answer before.
  await lens("Answer 2 of 2").waitFor();
  await workbench.press("Escape");
  await workbench.waitForNoDiff();
  assert.equal(await workbench.read("lost.py"), changed);
});

test("closing the diff discards the proposal", async () => {
  await propose("closed.py");
  await workbench.palette("View: Close Editor");
  await workbench.waitForNoDiff();
  await workbench.open("closed.py");
  await workbench.titleButton("Accept").waitFor({ state: "detached" });
  assert.equal(await workbench.read("closed.py"), file);
});

test("a window loaded again has neither the proposal nor its diff, and the document as it was", async () => {
  await propose("reload.py");
  await workbench.reload();
  await workbench.waitForStatus("sparkle");
  await workbench.waitForNoDiff();
  await workbench.open("reload.py");
  assert.equal(await workbench.read("reload.py"), file);
});
