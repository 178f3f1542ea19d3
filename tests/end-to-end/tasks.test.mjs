import assert from "node:assert/strict";
import { after, before } from "node:test";
import { eventually } from "./harness/eventually.mjs";
import { openScene, scenarios } from "./harness/scene.mjs";
import { askedText } from "./harness/scripted.mjs";

const cart = [
  "# 장바구니의 합계를 구한다 🛒",
  "def total(items):",
  "    # 물건마다 값을 더한다",
  "    result = 0",
  "    for item in items:",
  "        result += item.price",
  "    return result",
  "",
  "",
  "# 가장 비싼 물건의 값",
  "",
].join("\n");
const files = {
  "cart.py": cart,
  "basket.py": cart,
  ".vscode/settings.json": "{}",
  "lens.ts": "export function twice(a: number) {\n  return a * 2;\n}\n",
};

let scene;
let workbench;

before(async () => {
  scene = await openScene({ name: "tasks", files, settings: { "codesaga.edits.preview": "diff" } });
  workbench = scene.workbench;
  await workbench.waitForStatus("sparkle");
});
after(() => scene?.close());

const test = scenarios(() => scene);

async function accept(file, expected) {
  await workbench.waitForDiff();
  await workbench.titleButton("Accept").click();
  await workbench.waitForNoDiff();
  await workbench.saves(file, expected);
}

async function undo(file, before = cart) {
  await workbench.press("Control+z");
  await workbench.saves(file, before);
}

test("the editor's menu has the tasks together", async () => {
  await workbench.selectLines("cart.py", 2, 7);
  await workbench.press("Shift+F10");
  const entry = workbench.page.locator(".monaco-menu .action-menu-item").filter({ hasText: "CodeSaga" });
  await entry.hover();
  await workbench.page.locator(".monaco-menu .action-menu-item").filter({ hasText: "Translate Comments" }).waitFor();
  await scene.screenshots("menu");
  await workbench.press("Escape", 2);
});

test("Document adds a comment and leaves the code", async () => {
  const documented = cart.replace("def total(items):\n", 'def total(items):\n    """물건 값의 합계."""\n');
  await scene.scripted.script([{ pieces: [documented.split("\n").slice(1, 8).join("\n"), "\n```"] }]);
  await workbench.selectLines("cart.py", 2, 7);
  await workbench.palette("CodeSaga: Document");
  await workbench.waitForDiff();
  await scene.screenshots("document");
  await accept("cart.py", documented);
  await undo("cart.py");
});

test("Translate Comments changes the comments of the whole file", async () => {
  const english = cart
    .replace("장바구니의 합계를 구한다 🛒", "Adds up the cart 🛒")
    .replace("물건마다 값을 더한다", "Add the price of each item")
    .replace("가장 비싼 물건의 값", "The price of the dearest item");
  await scene.scripted.script([{ pieces: [english, "```"] }]);
  await workbench.open("cart.py", 1, 1);
  await workbench.palette("CodeSaga: Translate Comments");
  await accept("cart.py", english);
  await undo("cart.py");
});

test("Generate Here begins with what the comment above the cursor says", async () => {
  const code = "def dearest(items):\n    return max(item.price for item in items)\n";
  await scene.scripted.script([{ pieces: [code, "```"] }]);
  await workbench.open("cart.py", 11, 1);
  await workbench.palette("CodeSaga: Generate Here…");
  const input = workbench.page.locator(".quick-input-widget:visible input");
  await eventually(
    "the comment's words",
    () => input.inputValue(),
    (text) => text === "가장 비싼 물건의 값",
  );
  await scene.screenshots("generate");
  await workbench.press("Enter");
  await accept("cart.py", (text) => text.startsWith(cart) && text.includes(code.trimEnd()));
  await undo("cart.py");
});

test("Write Tests proposes a file that is on disk only when it is saved", async () => {
  const tests = "from cart import total\n\n\ndef test_total():\n    assert total([]) == 0\n";
  await scene.scripted.script([{ pieces: [tests, "```"] }]);
  await workbench.selectLines("basket.py", 2, 7);
  await workbench.palette("CodeSaga: Write Tests");
  await workbench.waitForDiff();
  await scene.screenshots("write-tests");
  await workbench.titleButton("Accept").click();
  await workbench.waitForNoDiff();
  await eventually("the tests in an unsaved file", workbench.visibleText, (text) => text.includes("def test_total()"));
  await assert.rejects(workbench.read("test_basket.py"), { code: "ENOENT" });
  const [asked] = await scene.scripted.asked("Write tests for the code");
  assert.match(askedText(asked), /result \+= item\.price/);
  await workbench.saves("test_basket.py", (text) => text.includes(tests.trimEnd()));
});

test("Explain Here says it beside the code and touches nothing", async () => {
  await scene.scripted.script([
    { pieces: ["It adds up the `price` ", "of **all** items.\n\n", "- 빈 목록이면 0이에요."] },
  ]);
  await workbench.selectLines("cart.py", 2, 7);
  await workbench.palette("CodeSaga: Explain Here");
  const words = workbench.page.locator(".review-widget .comment-body");
  await words.filter({ hasText: "빈 목록이면 0이에요." }).waitFor();
  await scene.screenshots("explain-here");
  assert.equal(await workbench.page.locator(".tab.active.dirty").count(), 0);
  await workbench.page.locator('.review-widget .action-label[aria-label^="Close"]').first().click();
  await words.waitFor({ state: "detached" });
  await workbench.saves("cart.py", cart);
});

test("lenses above functions come by setting", async () => {
  await scene.scripted.script([{ pieces: ["It doubles a number."] }]);
  await workbench.open("lens.ts");
  const lens = workbench.page.locator(".codelens-decoration a").filter({ hasText: "Explain" });
  assert.equal(await lens.count(), 0);
  await workbench.write(".vscode/settings.json", '{ "codesaga.lenses.enabled": true }');
  // The language server may still be reading the project.
  await lens.waitFor({ timeout: 90_000 });
  await scene.screenshots("lenses");
  await lens.click();
  await workbench.page.locator(".review-widget .comment-body").filter({ hasText: "It doubles a number." }).waitFor();
});
