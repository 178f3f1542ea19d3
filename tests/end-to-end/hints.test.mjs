import assert from "node:assert/strict";
import { after, before } from "node:test";
import { eventually } from "./harness/eventually.mjs";
import { openScene, scenarios } from "./harness/scene.mjs";
import { askedText } from "./harness/scripted.mjs";

// By weight: the second branch, the body to write, the parameters, then the import and the number.
const shop = [
  "import os",
  "",
  "def price(kind, 값, b, c, d, e, f):",
  '    if kind == "book":',
  "        total = 값 * b + c",
  "        return total - d",
  '    elif kind == "toy":',
  "        total = 값 * b + c",
  "        return total - d",
  "    return 0",
  "",
  "def later(items):",
  "    # TODO: the sum of the prices",
  "    pass",
  "",
  "def tax(값):",
  "    return 값 * 1.19",
  "",
].join("\n");
const calm = ["def total(items):", "    return sum(items)", ""].join("\n");
const written = ["def later(items):\n", "    return sum(item.price for item in items)\n", "```"];

let scene;
let workbench;

before(async () => {
  scene = await openScene({ name: "hints", files: { "shop.py": shop, "calm.py": calm } });
  workbench = scene.workbench;
  await workbench.waitForStatus("sparkle");
});
after(() => scene?.close());

const test = scenarios(() => scene);

/** The dots of hints; an import that is not used is faded instead. */
const dots = () => workbench.page.locator(".squiggly-hint, .squiggly-unnecessary");
const shown = (count) =>
  eventually(
    `${count} hints`,
    () => dots().count(),
    (now) => now === count,
  );

/** Opens the light bulb's list at a line, and gives its rows. */
async function lightBulb(line, column = 5) {
  await workbench.open("shop.py", line, column);
  await workbench.press("Control+.");
  const rows = workbench.page.locator(".action-widget .monaco-list-row.action");
  await rows.first().waitFor();
  // The menu takes no click before the mouse has moved over it.
  await rows.first().hover({ force: true });
  await rows.first().hover({ force: true, position: { x: 20, y: 8 } });
  return rows;
}

test("the three that weigh most are shown, and nothing stands in the list of problems", async () => {
  await workbench.open("shop.py", 1);
  await shown(3);
  await scene.screenshots("shown");
  assert.match(await workbench.page.locator(".statusbar-item#status\\.problems").innerText(), /^\s*0\s+0\s*$/);
});

test("a light bulb opens the refactoring with a fitting instruction", async () => {
  await scene.scripted.script([{ pieces: written, between_ms: 20 }]);
  const rows = await lightBulb(12);
  assert.deepEqual(
    (await rows.allInnerTexts()).map((text) => text.trim()),
    ["Write the Body with CodeSaga", "Do Not Show This Hint Again", "Turn Off Hints of This Kind"],
  );
  await scene.screenshots("light-bulb");
  await rows.filter({ hasText: "Write the Body" }).click();
  await workbench.waitForDiff();
  await workbench.titleButton("Accept").waitFor();
  const [asked] = await scene.scripted.asked("Write the body of this function");
  assert.match(askedText(asked), /def later\(items\)/);
  await workbench.press("Control+Enter");
  await workbench.waitForNoDiff();
  await workbench.saves("shop.py", (text) => text.includes("return sum(item.price for item in items)"));
  // What weighs less takes the free place.
  await shown(3);
  await eventually("the import to be faded", () => workbench.page.locator(".squiggly-unnecessary").count(), Boolean);
});

test("a hint, and a kind of hint, can be sent away", async () => {
  await (await lightBulb(8, 9)).filter({ hasText: "Do Not Show This Hint Again" }).click();
  await eventually(
    "the number to have its place",
    () => workbench.page.locator(".squiggly-hint").count(),
    (now) => now === 2,
  );
  await (await lightBulb(3)).filter({ hasText: "Turn Off Hints of This Kind" }).click();
  await shown(2);
  await scene.screenshots("sent-away");
});

test("code without any has none, and typing brings one", async () => {
  await workbench.open("calm.py", 3);
  await shown(0);
  await workbench.type("def later():\npass  # TODO\n", 10);
  await shown(1);
});
