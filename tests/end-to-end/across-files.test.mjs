import assert from "node:assert/strict";
import { after, before } from "node:test";
import { eventually } from "./harness/eventually.mjs";
import { openScene, scenarios } from "./harness/scene.mjs";
import { askedText } from "./harness/scripted.mjs";

// The language server is the editor's own TypeScript. CRLF, Korean and a file without a last newline on the way.
const cart = [
  "// 장바구니 🛒",
  "export function total(prices: number[]): number {",
  "  return prices.length;",
  "}",
  "",
].join("\r\n");
const bill = `import { total } from "./cart";

export function bill(): string {
  return "합계 " + total([1, 2]);
}`;
const shop = 'import { total } from "./cart";\n\nexport function show() {\n\tconsole.log(total([3]));\n}\n';
const originals = { "cart.ts": cart, "bill.ts": bill, "shop.ts": shop };

const taxed = {
  "cart.ts": cart.replace("prices: number[])", "prices: number[], tax = 0)").replace("length;", "length + tax;"),
  "bill.ts": bill.replace("total([1, 2])", "total([1, 2], 10)"),
  "shop.ts": shop.replace("total([3])", "total([3], 10)"),
};

/** The model is asked about one piece of code after the other: the definition, each import, each function. */
const imported = 'import { total } from "./cart";\n```';
const instruction = "Take the tax as a second parameter";
const follows = "is being changed: Take the tax";
const answers = [
  [
    `${instruction}\n\nAnswer`,
    "export function total(prices: number[], tax = 0): number {\n  return prices.length + tax;\n}\n```",
  ],
  [follows, imported],
  [follows, 'export function bill(): string {\n  return "합계 " + total([1, 2], 10);\n}\n```'],
  [follows, imported],
  [follows, "export function show() {\n\tconsole.log(total([3], 10));\n}\n```"],
].map(([contains, answer]) => ({ contains, pieces: [answer], times: 1 }));

let scene;
let workbench;

before(async () => {
  scene = await openScene({ name: "across-files", files: { ...originals, "tsconfig.json": "{}" } });
  workbench = scene.workbench;
  await workbench.waitForStatus("sparkle");
});
after(() => scene?.close());

const test = scenarios(() => scene);

const view = () => workbench.page.locator('.pane:has(.pane-header[aria-label^="Changes across Files"])');
const rows = () => view().locator(".monaco-list-row");
const rowTexts = async () => (await rows().allInnerTexts()).map((text) => text.replaceAll("\n", " ").trim());

/** Asks again until the language server has read the project: before that it knows nothing. */
async function start(instruction) {
  const { page } = workbench;
  const widget = page.locator(".quick-input-widget:visible");
  const question = widget.filter({ hasText: "Refactor total() in" });
  const early = page.locator(".notification-toast").filter({ hasText: "No language server knows" });
  await workbench.open("cart.ts", 2, 18);
  const tryOnce = async () => {
    await workbench.palette("CodeSaga: Refactor across Files…");
    await Promise.race([question.waitFor(), early.waitFor()]);
    if ((await question.count()) > 0 && (await question.innerText()).includes("in 3 files")) return true;
    await workbench.press("Escape");
    await workbench.palette("Notifications: Clear All Notifications");
    return false;
  };
  await eventually("the question what to change", tryOnce, Boolean, 60_000);
  await widget.locator("input").fill(instruction);
  await workbench.press("Enter");
}

const saved = async () =>
  Object.fromEntries(await Promise.all(Object.keys(originals).map(async (file) => [file, await workbench.read(file)])));
const same = (expected) => (all) => JSON.stringify(all) === JSON.stringify(expected);

/** The buttons of the view are shown while the mouse is over it. */
async function apply() {
  await view().locator(".pane-header").hover();
  await view().locator('.action-label[aria-label^="Apply in All Files"]').click();
}

test("a rename comes from the language server, and one undo takes it back in every file", async () => {
  await start("Rename to cartTotal");
  await eventually(
    "every use in the view",
    rowTexts,
    (all) => all.filter((text) => text.includes("cartTotal")).length === 5,
  );
  await scene.screenshots("rename");
  assert.deepEqual(await saved(), originals);
  assert.equal((await scene.scripted.asked("cartTotal")).length, 0, "no model was asked");
  await apply();
  await view().waitFor({ state: "hidden" });
  const renamed = Object.fromEntries(
    Object.entries(originals).map(([file, text]) => [file, text.replaceAll("total", "cartTotal")]),
  );
  await eventually("all files on disk", saved, same(renamed));

  await workbench.open("bill.ts");
  await workbench.press("Control+z");
  for (const file of Object.keys(originals)) {
    await workbench.open(file);
    await workbench.saves(file, originals[file]);
  }
});

test("the model changes a definition and its uses file by file; a hunk can be left out", async () => {
  await scene.scripted.script(answers);
  await start(instruction);
  await eventually("every change in the view", rowTexts, (all) => all.length === 6);
  const asked = await scene.scripted.asked("Take the tax");
  assert.equal(asked.length, 5);
  assert.match(
    askedText(asked[4]),
    /return prices\.length \+ tax/,
    "a use is asked with the definition as it is going to be",
  );
  await rows().filter({ hasText: "console.log" }).click();
  await workbench.waitForDiff();
  await scene.screenshots("refactoring");
  await rows().filter({ hasText: "console.log" }).locator(".custom-view-tree-node-item-checkbox").first().click();
  await eventually("the hunk to be left out", rowTexts, (all) => all.some((text) => /shop\.ts.*0 of 1/.test(text)));
  await apply();
  await view().waitFor({ state: "hidden" });
  await eventually("what was chosen on disk", saved, same({ ...taxed, "shop.ts": shop }));
  await workbench.open("cart.ts");
  await workbench.press("Control+z");
  for (const file of Object.keys(originals)) {
    await workbench.open(file);
    await workbench.saves(file, originals[file]);
  }
});

test("when one file changed meanwhile nothing is applied, and the difference is shown", async () => {
  await scene.scripted.script(answers);
  await start(instruction);
  await eventually("every change in the view", rowTexts, (all) => all.length === 6);
  const changed = bill.replace("합계", "모두");
  await workbench.open("bill.ts");
  await workbench.write("bill.ts", changed);
  await eventually("the change to be seen", workbench.visibleText, (text) => text.includes("모두"));
  await apply();
  await eventually("the refusal", workbench.notifications, (texts) =>
    texts.some((text) => text.includes("bill.ts changed")),
  );
  await workbench.waitForDiff();
  await scene.screenshots("changed-meanwhile");
  assert.deepEqual(await saved(), { ...originals, "bill.ts": changed });
  await workbench.notificationButton("Discard").click();
  await view().waitFor({ state: "hidden" });
  await workbench.waitForNoDiff();
});
