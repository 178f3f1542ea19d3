// What comes from other extensions: a test that failed in somebody's test runner, and VS Code's own chat.
import assert from "node:assert/strict";
import path from "node:path";
import { after, before } from "node:test";
import * as places from "../../scripts/lib/places.mjs";
import { openScene, scenarios } from "./harness/scene.mjs";
import { askedText } from "./harness/scripted.mjs";

const unfinished = "def total(items):\n    return 0\n";

let scene;
let workbench;
let page;

before(async () => {
  scene = await openScene({
    name: "neighbours",
    files: {
      "cart.py": unfinished,
      "checks/test_cart.py": "from cart import total\n\n\ndef test_total():\n    assert total([1, 2, 3]) == 6\n",
    },
    beside: path.join(places.root, "tests", "end-to-end", "neighbour"),
  });
  ({ workbench, page } = scene);
  await workbench.waitForStatus("sparkle");
});
after(() => scene?.close());

const test = scenarios(() => scene);

test("a failed test is fixed in the file that its words name", async () => {
  await scene.scripted.script([{ pieces: ["def total(items):\n", "    return sum(items)\n", "```"] }]);
  await workbench.palette("Testing: Focus on Test Explorer View");
  await page.locator(".test-explorer .monaco-list-row").filter({ hasText: "test_cart.py" }).waitFor();
  await workbench.palette("Test: Run All Tests");
  const message = page.locator(".test-output-peek-tree .monaco-list-row").filter({ hasText: "assert 0 == 6" });
  await message.click();
  const button = page.locator(".floating-click-widget").filter({ hasText: "Fix the Failed Test" });
  await button.waitFor();
  await scene.screenshots("failed-test");
  await button.click();
  const proposal = page.locator(".tab.active").filter({ hasText: "cart.py 2" });
  await proposal.waitFor();
  await workbench.titleButton("Accept").click();
  await proposal.waitFor({ state: "detached" });
  await workbench.saves("cart.py", unfinished.replace("return 0", "return sum(items)"));
  const [asked] = await scene.scripted.asked("assert 0 == 6");
  assert.match(askedText(asked), /Expected: 6/);
});

test("@codesaga answers in the editor's own chat, and remembers there too", async () => {
  await workbench.palette("Chat: Open Chat");
  const input = page.locator(".interactive-input-part .monaco-editor");
  await input.waitFor();
  const said = page.locator(".interactive-response .value");
  for (const [question, reply] of [
    ["@codesaga What is a heap?", "A **tree** in an array."],
    // Whom the first question named is asked the next one too.
    ["And its root?", "The smallest of all."],
  ]) {
    await scene.scripted.script([{ contains: question.replace("@codesaga ", ""), pieces: [reply] }]);
    await input.click();
    await workbench.type(question);
    await workbench.press("Enter");
    await said.filter({ hasText: reply.replaceAll("*", "") }).waitFor();
  }
  await scene.screenshots("editor-chat");
  assert.match(askedText((await scene.scripted.asked("And its root?"))[0]), /What is a heap\?/);
});
