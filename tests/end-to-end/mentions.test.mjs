import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { rm } from "node:fs/promises";
import path from "node:path";
import { after, before } from "node:test";
import { eventually } from "./harness/eventually.mjs";
import { openScene, scenarios } from "./harness/scene.mjs";
import { askedText } from "./harness/scripted.mjs";
import { compose } from "./harness/workbench.mjs";

const files = {
  "src/calc.py":
    "def total(items):\n    return sum(items)\n\n\ndef mean(items):\n    return total(items) / len(items)\n",
  "src/cart.py": "class Cart:\n    discount = 0.25\n",
  "src/계산기.py": "def 더하기(a, b):\n    return a + b\n",
  "secret/.env": "KEY=abc\n",
  "broken.json": '{ "a": 1,, }\n',
  ".codesaga/prompts/review.md":
    "---\nname: review\ndescription: Look for mistakes in the selection\n---\nReview this {{language}} of {{file}}:\n{{selection}}\n",
};

let scene;
let workbench;
let page;

before(async () => {
  scene = await openScene({ name: "mentions", files });
  workbench = scene.workbench;
  page = scene.page;
  const git = (...given) => spawnSync("git", given, { cwd: scene.folder, encoding: "utf8" });
  git("init", "-q");
  git("add", ".");
  git("-c", "user.name=t", "-c", "user.email=t@example.com", "commit", "-qm", "first");
  await workbench.waitForStatus("sparkle");
});
after(() => scene?.close());

const test = scenarios(() => scene);

async function openChat() {
  await workbench.palette("CodeSaga: Open Chat");
  const chat = await workbench.chat();
  await chat.locator(".composer textarea").waitFor();
  return chat;
}

const input = (chat) => chat.locator(".composer textarea");
const chips = (chat) => chat.locator(".chip-label").allInnerTexts();
const rows = (chat) => chat.locator(".offer-label").allInnerTexts();
const notice = async (chat) => (await chat.locator(".notice").allInnerTexts()).join();
const waitForChips = (chat, wanted) =>
  eventually(
    `the chips ${wanted}`,
    () => chips(chat),
    (seen) => JSON.stringify(seen) === JSON.stringify(wanted),
  );

/** Sends what stands in the input, waits for the answer, and gives what the model was asked. */
async function send(chat, words) {
  const turns = await chat.locator('.turn .reply[aria-busy="false"]').count();
  await scene.scripted.script([{ contains: words, pieces: ["Answered."] }]);
  await input(chat).press("Enter");
  await eventually(
    `the answer to ${words}`,
    () => chat.locator('.turn .reply[aria-busy="false"]').count(),
    (count) => count > turns,
  );
  return askedText((await scene.scripted.asked(words)).at(-1));
}

/** Types a mention, waits for the row and accepts it. */
async function mention(chat, typed, row, key = "Enter") {
  await input(chat).pressSequentially(typed);
  await eventually(
    `the row ${row}`,
    () => rows(chat),
    (seen) => seen[0] === row,
  );
  await input(chat).press(key);
}

/** Begins anew, with nothing from the editor but what the test asks for. */
async function fresh(chat, file) {
  await workbench.open(file);
  await workbench.palette("CodeSaga: New Conversation");
  await eventually(
    "an empty conversation",
    () => chat.locator(".turn").count(),
    (count) => count === 0,
  );
  const offered = (seen) => file === ".env" || seen.includes(file);
  await eventually("the file's chip", () => chips(chat), offered);
  await eventually("no chip", async () => {
    if ((await chips(chat)).length === 0) return true;
    await chat.locator(".chip-remove").first().click({ timeout: 1_000 });
    return false;
  });
  await input(chat).fill("");
}

test("the selection and the file in sight go along, and can be taken away", async () => {
  await workbench.selectLines("calc.py", 1, 2);
  const chat = await openChat();
  await waitForChips(chat, ["calc.py", "selection: calc.py 1–2"]);
  const title = await chat.locator(".chip").nth(1).getAttribute("title");
  assert.match(title, /src\/calc\.py, lines 1–2\nAbout \d+ tokens are sent\./);
  await scene.screenshots("chips");
  await chat.locator(".chip-remove").first().click();
  await waitForChips(chat, ["selection: calc.py 1–2"]);
  await input(chat).fill("What is first?");
  const asked = await send(chat, "What is first?");
  assert.match(asked, /return sum\(items\)/);
  assert.doesNotMatch(asked, /def mean/);
  await waitForChips(chat, []);
});

test("@ finds a file by a few letters, and it goes along", async () => {
  const chat = await openChat();
  await fresh(chat, "calc.py");
  await input(chat).pressSequentially("@");
  await eventually(
    "the categories",
    () => rows(chat),
    (seen) => seen.slice(0, 6).join() === "@file,@folder,@symbol,@problems,@terminal,@git",
  );
  await scene.screenshots("list");
  await input(chat).press("Escape");
  await input(chat).fill("");
  await mention(chat, "@crt", "cart.py");
  await waitForChips(chat, ["cart.py"]);
  await input(chat).pressSequentially("how much?");
  assert.equal(await input(chat).inputValue(), "@cart.py how much?");
  assert.match(await send(chat, "how much?"), /discount = 0\.25/);
});

test("a Korean name is found while its last syllable is composed, and Enter accepts it once", async () => {
  const chat = await openChat();
  await fresh(chat, "calc.py");
  await input(chat).pressSequentially("@");
  const keyboard = await workbench.composer();
  await compose(keyboard, ["ㄱ", "계"]);
  for (const text of ["ㅅ", "사", "산"]) {
    await keyboard.send("Input.imeSetComposition", { text, selectionStart: 1, selectionEnd: 1 });
  }
  await eventually(
    "the Korean file",
    () => rows(chat),
    (seen) => seen[0] === "계산기.py",
  );
  await scene.screenshots("korean-list");
  const key = (type, windowsVirtualKeyCode) =>
    keyboard.send("Input.dispatchKeyEvent", { type, key: "Enter", code: "Enter", windowsVirtualKeyCode });
  await key("rawKeyDown", 229);
  await keyboard.send("Input.insertText", { text: "산" });
  await key("keyUp", 13);
  await waitForChips(chat, ["계산기.py"]);
  assert.equal(await input(chat).inputValue(), "@계산기.py ");
  await input(chat).pressSequentially("뭐야?");
  assert.match(await send(chat, "뭐야?"), /def 더하기/);
});

test("a definition and a folder go along", async () => {
  const chat = await openChat();
  await fresh(chat, "cart.py");
  await mention(chat, "@symbol:mea", "mean");
  await waitForChips(chat, ["mean"]);
  await mention(chat, "@folder:sr", "src/", "Tab");
  await waitForChips(chat, ["mean", "src/"]);
  await input(chat).pressSequentially("compare");
  const asked = await send(chat, "compare");
  assert.match(asked, /def mean/);
  assert.match(asked, /discount = 0\.25/);
  assert.match(asked, /def 더하기/);
});

test("problems, changes and the terminal go along", async () => {
  const chat = await openChat();
  await fresh(chat, "broken.json");
  await workbench.write("src/cart.py", "class Cart:\n    discount = 0.5\n");
  const problems = async () => {
    await input(chat).fill("");
    await mention(chat, "@prob", "@problems");
    await eventually("a chip or a notice", async () => (await chips(chat)).length > 0 || (await notice(chat)) !== "");
    return chips(chat);
  };
  await eventually("the problems", problems, (seen) => seen.some((label) => label.startsWith("problems:")));
  await mention(chat, "@git", "@git");
  await eventually(
    "the changes",
    () => chips(chat),
    (seen) => seen.includes("changes: 1 file"),
  );
  await workbench.palette("Terminal: Create New Terminal");
  await page.locator(".xterm.focus").first().waitFor();
  await workbench.type("echo all $((40 + 2)) tests failed\n");
  const terminal = async () => {
    await input(chat).fill("");
    await mention(chat, "@term", "@terminal");
    await eventually("a chip or a notice", async () => (await chips(chat)).length > 2 || (await notice(chat)) !== "");
    return chips(chat);
  };
  await eventually("the last command", terminal, (seen) => seen.some((label) => label.startsWith("terminal: echo")));
  await scene.screenshots("problems-changes-terminal");
  await input(chat).fill("what broke?");
  const asked = await send(chat, "what broke?");
  assert.match(asked, /broken\.json:1:\d+ error/);
  assert.match(asked, /\+ {4}discount = 0\.5/);
  assert.match(asked, /all 42 tests failed/);
  await workbench.palette("Terminal: Kill All Terminals");
});

test("nothing of a private file goes along, and that is said", async () => {
  const chat = await openChat();
  await fresh(chat, ".env");
  await input(chat).pressSequentially("@env");
  await workbench.open(".env");
  await workbench.palette("CodeSaga: Ask CodeSaga");
  await eventually(
    "the refusal",
    () => notice(chat),
    (line) => line === "secret/.env is a private file. Nothing of it is sent.",
  );
  const toTry = () => chat.locator(".suggestion").allInnerTexts();
  await eventually("nothing to try with it", toTry, (texts) => texts.every((text) => !text.includes(".env")));
  await scene.screenshots("private");
  assert.deepEqual(await chips(chat), []);
  await input(chat).fill("and now?");
  assert.doesNotMatch(await send(chat, "and now?"), /KEY=/);
});

test("code copied from an open file becomes a chip that says where it is from", async () => {
  const chat = await openChat();
  await fresh(chat, "calc.py");
  await workbench.selectLines("calc.py", 5, 6);
  await page.keyboard.press("Control+c");
  await page.keyboard.press("Home");
  await openChat();
  await input(chat).press("Control+v");
  await eventually(
    "the chip",
    () => chips(chat),
    (seen) => seen.includes("selection: calc.py 5–6"),
  );
  await eventually(
    "the input without the code",
    () => input(chat).inputValue(),
    (text) => text === "",
  );
});

test("commands are listed, the team's own among them, and do what they say", async () => {
  const chat = await openChat();
  await fresh(chat, "calc.py");
  await input(chat).pressSequentially("/");
  await eventually(
    "the commands",
    () => rows(chat),
    (seen) => seen.join() === "/explain,/fix,/refactor,/test,/doc,/commit,/clear,/review",
  );
  await scene.screenshots("commands");
  await input(chat).press("Escape");
  await input(chat).fill("");

  await workbench.selectLines("calc.py", 5, 6);
  await openChat();
  await mention(chat, "/rev", "/review");
  assert.equal(await input(chat).inputValue(), "/review ");
  await input(chat).pressSequentially("be short");
  const asked = await send(chat, "Review this python of src/calc.py");
  assert.match(asked, /of src\/calc\.py:\ndef mean\(items\):\n {4}return total/);
  assert.match(asked, /be short/);

  await workbench.write(".codesaga/prompts/greet.md", "Say hello.\n");
  // The list is asked for by typing, so a file the editor has not yet heard of needs another key.
  await eventually("the new prompt", async () => {
    await input(chat).fill("");
    await input(chat).pressSequentially("/gr");
    await chat.locator(".offer-label", { hasText: /^\/greet$/ }).waitFor({ timeout: 2_000 });
    return true;
  });
  await rm(path.join(scene.folder, ".codesaga/prompts/greet.md"));

  await input(chat).fill("/explain the name");
  assert.match(await send(chat, "Explain this code. the name"), /def mean/);
  await input(chat).fill("/clear");
  await input(chat).press("Enter");
  await eventually(
    "an empty conversation",
    () => chat.locator(".turn").count(),
    (count) => count === 0,
  );
});

test("a prompt that needs a selection says so and keeps the words", async () => {
  const chat = await openChat();
  await fresh(chat, "calc.py");
  await input(chat).fill("/review please");
  await input(chat).press("Enter");
  await eventually(
    "the sentence",
    () => notice(chat),
    (line) => line === "Select the code that /review is about.",
  );
  assert.equal(await input(chat).inputValue(), "/review please");
});

test("/refactor goes through the preview, which leaves the file alone", async () => {
  const chat = await openChat();
  await fresh(chat, "cart.py");
  await workbench.selectLines("cart.py", 1, 2);
  await openChat();
  await scene.scripted.script([
    { contains: "make it half", pieces: ["```python\nclass Cart:\n    discount = 0.125\n```"] },
  ]);
  await input(chat).fill("/refactor make it half");
  await input(chat).press("Enter");
  await workbench.waitForDiff();
  await eventually(
    "the proposal",
    () => workbench.proposed(),
    (text) => text.includes("0.125"),
  );
  await scene.screenshots("refactor");
  assert.doesNotMatch(await workbench.read("src/cart.py"), /0\.125/);
});
