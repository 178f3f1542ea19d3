import assert from "node:assert/strict";
import { after, before } from "node:test";
import { eventually } from "./harness/eventually.mjs";
import { openScene, scenarios } from "./harness/scene.mjs";
import { askedText } from "./harness/scripted.mjs";

// The language server is the editor's own TypeScript. Line 2 has one error, line 3 two, line 4 one.
const broken = [
  "export function total(prices: number[]): number {",
  "  const sum: string = prices.reduce((a, b) => a + b, 0);",
  "  const tax: string = sum * 0.1; // 세금 🧾",
  "  return sum + tax;",
  "}",
  "",
].join("\n");
const whole = [
  "export function total(prices: number[]): number {\n",
  "  const sum: number = prices.reduce((a, b) => a + b, 0);\n",
  "  const tax: number = sum * 0.1; // 세금 🧾\n",
  "  return sum + tax;\n",
  "}\n",
  "```",
];
const fixed = whole.slice(0, -1).join("");
const worse = [
  "export function total(prices: number[]): number {\n",
  "  const sum: boolean = prices.reduce((a, b) => a + b, 0);\n",
  "  const tax: boolean = sum * 0.1; // 세금 🧾\n",
  "  const fee: number = 'x';\n",
  "  return sum + tax + rest;\n",
  "}\n",
  "```",
];

let scene;
let workbench;

before(async () => {
  scene = await openScene({
    name: "fix",
    // So that a test can read what stands in the terminal, and looks at every proposal in one way.
    settings: { "terminal.integrated.gpuAcceleration": "off", "codesaga.edits.preview": "diff" },
    files: {
      "build.log": "src/shop.ts(3,9): error TS2322: Type 'number' is not assignable to type 'string'.\n",
      "src/shop.ts": broken,
      "solved.ts": broken,
      "worse.ts": broken,
      "tsconfig.json": '{ "compilerOptions": { "strict": true } }',
    },
  });
  workbench = scene.workbench;
  await workbench.waitForStatus("sparkle");
});
after(() => scene?.close());

const test = scenarios(() => scene);

const squiggles = () => workbench.page.locator(".editor-instance .squiggly-error").count();

async function openBroken(file, line, column) {
  await workbench.open(file, line, column);
  await eventually("the errors to be reported", squiggles, (count) => count >= 4, 60_000);
}

/** Opens the light bulb's menu until it offers `title`: what a language server offers comes late. */
async function lightBulb(title) {
  const row = workbench.page.locator(".action-widget .monaco-list-row").filter({ hasText: title });
  const tryOnce = async () => {
    await workbench.press("Control+.");
    await row.waitFor({ timeout: 3000 }).catch(async (error) => {
      await workbench.press("Escape");
      throw error;
    });
    return true;
  };
  await eventually(`“${title}” in the light bulb's menu`, tryOnce);
  // The menu takes no click before the mouse has moved over it.
  await row.hover({ force: true });
  await row.hover({ force: true, position: { x: 20, y: 8 } });
  return row;
}

async function accept() {
  await workbench.waitForDiff();
  await workbench.titleButton("Accept").click();
  await workbench.waitForNoDiff();
}

test("the light bulb takes the problems of a line together, and those of the function", async () => {
  await scene.scripted.script([{ pieces: whole }]);
  await openBroken("solved.ts", 3, 10);
  const row = await lightBulb("Fix All 4 Problems in This Function with CodeSaga");
  await workbench.page
    .locator(".action-widget .monaco-list-row")
    .filter({ hasText: "Fix 2 Problems with CodeSaga" })
    .waitFor();
  await scene.screenshots("light-bulb");
  await row.click();
  await accept();
  await workbench.saves("solved.ts", fixed);

  const [asked] = await scene.scripted.asked("not assignable");
  assert.match(askedText(asked), /left-hand side of an arithmetic operation/);
  assert.match(askedText(asked), /Type 'string' is not assignable to type 'number'/);

  const status = () => workbench.page.locator(".statusbar-item").allInnerTexts();
  await eventually(
    "what the language server says afterwards",
    status,
    (all) => all.some((text) => text.includes("4 problems are solved")),
    60_000,
  );
  await scene.screenshots("solved");
});

test("a fix that makes it worse is said, and Undo takes it back", async () => {
  await scene.scripted.script([{ pieces: worse }]);
  await openBroken("worse.ts", 3, 10);
  await (await lightBulb("Fix 2 Problems with CodeSaga")).click();
  await accept();
  await eventually(
    "the warning",
    workbench.notifications,
    (texts) => texts.some((text) => text.includes("more problems than before")),
    60_000,
  );
  await scene.screenshots("worse");
  await workbench.notificationButton("Undo").click();
  await workbench.saves("worse.ts", broken);
});

test("Try Again sends the new errors and the answer that brought them", async () => {
  await scene.scripted.script([{ pieces: worse, times: 1 }, { pieces: whole }]);
  await openBroken("worse.ts", 3, 10);
  await (await lightBulb("Fix 2 Problems with CodeSaga")).click();
  await accept();
  const again = workbench.notificationButton("Try Again with the New Error");
  await again.waitFor({ timeout: 60_000 });
  await again.click();
  await accept();
  await workbench.saves("worse.ts", fixed);
  const [second] = await scene.scripted.asked("Cannot find name 'rest'");
  assert.match(askedText(second), /worse\.ts/);
});

test("an error that is selected in the terminal is fixed in the file it names", async () => {
  const { page } = workbench;
  await scene.scripted.script([{ pieces: whole }]);
  await page.evaluate(() => navigator.clipboard.writeText("what was copied before"));
  await workbench.palette("Terminal: Create New Terminal");
  await page.locator(".terminal-wrapper.active .xterm").waitFor();
  await workbench.type("cat build.log\n");
  const shown = () => page.locator(".terminal-wrapper.active .xterm-rows").innerText();
  await eventually("the error in the terminal", shown, (text) => text.includes("TS2322"));
  await workbench.palette("Terminal: Select All");
  await workbench.palette("CodeSaga: Fix the Error in the Terminal");
  await workbench.waitForDiff();
  await scene.screenshots("terminal");
  assert.match(await workbench.diffTitle(), /shop\.ts 3/);
  await accept();
  await workbench.saves("src/shop.ts", fixed);
  const [asked] = await scene.scripted.asked("TS2322");
  assert.match(askedText(asked), /src\/shop\.ts/);
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), "what was copied before");
});
