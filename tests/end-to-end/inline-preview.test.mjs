import assert from "node:assert/strict";
import { after, before } from "node:test";
import { eventually } from "./harness/eventually.mjs";
import { openScene, scenarios } from "./harness/scene.mjs";

// CRLF, Korean, an emoji outside the basic plane and no newline at the end: everything that an edit could spoil.
const price = ["def price(item):", "    result = item.cots  # 값 🧾", "    return result"];
const file = ["import math", "", ...price, "", "count = 3"].join("\r\n");
const [first, last] = [3, 5];
const word = [price[0], price[1].replace("cots", "cost"), price[2]];
const fewer = [price[0], "    return item.cost  # 값 🧾"];
const more = [...price.slice(0, 2), "    result = round(result)", price[2]];
const long = [price[0], ...Array.from({ length: 8 }, (_, index) => `    step${index} = ${index}`), price[2]];
const applied = (lines) => file.replace(price.join("\r\n"), lines.join("\r\n"));

let scene;
let workbench;

before(async () => {
  scene = await openScene({
    name: "inline-preview",
    files: Object.fromEntries(["word", "fewer", "more", "long", "escape", "split"].map((name) => [`${name}.py`, file])),
    settings: { "codesaga.edits.preview": "auto", "files.autoSave": "afterDelay", "files.autoSaveDelay": 100 },
  });
  workbench = scene.workbench;
  await workbench.waitForStatus("sparkle");
});
after(() => scene?.close());

const test = scenarios(() => scene);

const lens = (text) => workbench.page.locator(".codelens-decoration a").filter({ hasText: text });

async function ask(name, lines) {
  await scene.scripted.script([{ pieces: [...lines.map((line) => `${line}\n`), "```"] }]);
  await workbench.selectLines(name, first, last);
  await workbench.palette("CodeSaga: Refactor…");
  await workbench.choose("Simplify");
}

/** What is drawn behind or before the code; it is no text of the page. */
const drawn = () =>
  workbench.page.locator(".editor-instance .view-line span").evaluateAll((spans) =>
    spans
      .flatMap((span) => ["::before", "::after"].map((part) => getComputedStyle(span, part).content))
      .filter((content) => content.startsWith('"'))
      .map((content) => content.slice(1, -1).replaceAll("\u00a0", " ")),
  );
const waitFor = (...texts) => eventually(texts.join(), drawn, (seen) => JSON.stringify(seen) === JSON.stringify(texts));

test("a changed word is shown beside the old one, and Ctrl+Enter applies it as one step to undo", async () => {
  await ask("word.py", word);
  await lens("Accept").waitFor();
  await waitFor("cost");
  assert.equal(await workbench.page.locator(".tab.active.dirty").count(), 0);
  assert.equal(await workbench.read("word.py"), file, "nothing is changed before Accept");
  await workbench.titleButton("Accept").waitFor();
  await scene.screenshots("word");
  await workbench.press("Control+Enter");
  await lens("Accept").waitFor({ state: "detached" });
  await workbench.saves("word.py", applied(word));
  await workbench.press("Control+z");
  await workbench.saves("word.py", file);
});

test("fewer lines: those that go are struck; the lens applies the change", async () => {
  await ask("fewer.py", fewer);
  await lens("Accept").waitFor();
  await scene.screenshots("fewer");
  await lens("Accept").first().click();
  await workbench.saves("fewer.py", applied(fewer));
});

test("one line more is shown behind the line before, with a sign", async () => {
  await ask("more.py", more);
  await lens("Accept").waitFor();
  await waitFor("⏎ result = round(result)");
  await scene.screenshots("more");
  await workbench.press("Control+Alt+Enter");
  await workbench.saves("more.py", applied(more));
});

test("what changes more lines opens as a diff", async () => {
  await ask("long.py", long);
  await workbench.waitForDiff();
  await workbench.titleButton("Accept").waitFor();
  await workbench.press("Control+Enter");
  await workbench.waitForNoDiff();
  await workbench.saves("long.py", applied(long));
});

test("Escape takes the proposal away and leaves the document untouched", async () => {
  await ask("escape.py", word);
  await lens("Accept").waitFor();
  // With one in sight, Escape is the notification's.
  await workbench.page.locator(".notification-toast").waitFor({ state: "detached" });
  await workbench.press("Escape");
  await lens("Accept").waitFor({ state: "detached" });
  assert.deepEqual(await drawn(), []);
  assert.equal(await workbench.read("escape.py"), file);
});

test("every editor that shows the document shows the proposal", async () => {
  await ask("split.py", word);
  await waitFor("cost");
  await workbench.palette("View: Split Editor Right");
  await waitFor("cost", "cost");
  await scene.screenshots("split");
  await workbench.press("Control+Enter");
  await workbench.saves("split.py", applied(word));
});
