// Ghost text as a person meets it, beyond the first suggestion: word by word, beside the editor's own
// suggestions, with several cursors, taken back, sent away, paused.
import assert from "node:assert/strict";
import { after, before } from "node:test";
import { openScene, scenarios } from "./harness/scene.mjs";
import { askedText } from "./harness/scripted.mjs";

const stack = `class Stack:
    def __init__(self):
        self.items = []

    def pop(self):
        
`;
const popLine = 6;
const indented = 9;
const withLines = (...lines) => stack.replace(/ {8}\n$/, `${lines.map((line) => `        ${line}\n`).join("")}`);

// Names that no other file has, so that an answer can be told by them.
const widget = stack.replaceAll("items", "boxes");

// Everything that an edit could spoil: CRLF, Korean, an emoji outside the basic plane, tabs, no newline at the end.
const delicate = "class Cart:\r\n\tdef pop(self):\r\n\t\t# 상품 🛒\r\n\t\t\r\n\r\ncount = 3 # 끝";

let scene;
let workbench;

before(async () => {
  const names = ["first", "word", "escape", "moved", "ahead", "paused", "other", "hand"];
  const files = {
    ...Object.fromEntries(names.map((name) => [`${name}.py`, stack])),
    "widget.py": widget,
    "two.py": "def a(self):\n    \n    \n",
    "delicate.py": delicate,
  };
  const settings = { "editor.wordBasedSuggestions": "currentDocument", "files.eol": "auto" };
  scene = await openScene({ name: "ghost", files, settings });
  workbench = scene.workbench;
  await workbench.waitForStatus("sparkle");
});
after(() => scene?.close());

const test = scenarios(() => scene);

/** Numbers of the status page; requests in the background are not counted as sent. */
async function stats() {
  const page = await workbench.statusPage("CodeSaga: Show Status");
  return (name) => Number(page[`stats.${name}`] ?? 0);
}

test("typing along a suggestion at speed asks nothing more, and it never flickers", async () => {
  await scene.scripted.script([]);
  await workbench.open("first.py", popLine, indented);
  // The editor readies its ghost text a moment after its first file opens; keys before that ask nobody.
  await workbench.type("return ", 150);
  await workbench.waitForGhostText((text) => text.includes("self.items.pop()"));
  const before = await stats();
  await workbench.open("first.py", popLine, indented + "return ".length);
  await workbench.type("s");
  await workbench.waitForGhostText((text) => text === "elf.items.pop()");
  const framesWithout = await workbench.watchGhostText();
  await workbench.type("elf.items.");
  await workbench.waitForGhostText((text) => text === "pop()");
  assert.equal(await framesWithout(), 0);
  const after = await stats();
  assert.equal(after("requestsSent") - before("requestsSent"), 0);
});

test("a suggestion is accepted by word, then by line, then to its end", async () => {
  await scene.scripted.script([
    { pieces: [" got", " = self.items", ".pop()\n", "        self.count", " -= 1\n", "        return", " None\n"] },
  ]);
  await workbench.open("word.py", popLine, indented);
  await workbench.press("Alt+\\");
  await workbench.waitForGhostText((text) => text.includes("got = self.items.pop()") && text.includes("return None"));
  await scene.screenshots("lines");
  await workbench.press("Control+ArrowRight");
  await workbench.waitForGhostText((text) => text.includes("= self.items.pop()") && !text.includes("got"));
  await workbench.press("Control+Alt+ArrowRight");
  await workbench.waitForGhostText((text) => text.includes("self.count") && !text.includes("pop()"));
  await workbench.press("Control+Alt+ArrowRight");
  await workbench.waitForGhostText((text) => text.includes("return None") && !text.includes("self.count"));
  await workbench.press("Control+Alt+ArrowRight");
  await workbench.waitForNoGhostText();
  const lines = ["got = self.items.pop()", "self.count -= 1", "return None"];
  await workbench.saves("word.py", (text) => text.startsWith(withLines(...lines).trimEnd()));
  const after = await stats();
  assert.ok(after("accepted") >= 1);
});

test("the suggestion goes on where the suggest widget's choice ends", async () => {
  await scene.scripted.script([
    { contains: "return self.boxes", pieces: [".pop()", "\n"] },
    { pieces: [".boxes", ".pop()", "\n"] },
  ]);
  await workbench.open("widget.py", popLine, indented);
  await workbench.page.keyboard.insertText("return self.bo");
  await workbench.press("Control+Space");
  await workbench.suggestWidget().waitFor();
  await workbench.waitForGhostText((text) => text.includes("xes.pop()"));
  await scene.screenshots("suggest-widget");
  await workbench.press("Tab");
  await workbench.suggestWidget().waitFor({ state: "hidden" });
  await workbench.waitForGhostText((text) => text === ".pop()");
  await workbench.press("Tab");
  await workbench.saves("widget.py", widget.replace(/ {8}\n$/, "        return self.boxes.pop()\n"));
});

test("with two cursors a suggestion is accepted at both", async () => {
  // What is asked ahead finds nothing more to say.
  await scene.scripted.script([{ contains: "return pairs", pieces: ["\n"] }, { pieces: [" pairs", ".items\n"] }]);
  await workbench.open("two.py", 2, 5);
  await workbench.press("Control+Shift+ArrowDown");
  await workbench.type("return ", 60);
  await workbench.waitForGhostText((text) => text.includes("pairs.items"));
  await workbench.press("Tab");
  const line = "    return pairs.items\n";
  await workbench.saves("two.py", `def a(self):\n${line}${line}`);
});

test("undo after accepting gives every byte back", async () => {
  await scene.scripted.script([{ pieces: ["\treturn", " self", ".items", ".pop()"] }, {}]);
  await workbench.open("delicate.py", 4, 3);
  await workbench.press("Alt+\\");
  await workbench.waitForGhostText((text) => text.includes("return self.items.pop()"));
  await workbench.press("Tab");
  await workbench.saves("delicate.py", delicate.replace("\t\t\r\n\r\n", "\t\treturn self.items.pop()\r\n\r\n"));
  await workbench.press("Control+z");
  await workbench.saves("delicate.py", delicate);
});

test("Escape closes the request before anything was shown", async () => {
  await scene.scripted.script([{ pieces: [" self", ".items"], hold_after: 1 }]);
  await workbench.open("escape.py", popLine, indented);
  await workbench.page.keyboard.insertText("return ");
  const held = await scene.scripted.held();
  await workbench.press("Escape");
  assert.equal(await scene.scripted.endingOf(held), "client_gone");
});

test("a cursor that goes elsewhere closes the request", async () => {
  await scene.scripted.script([{ pieces: [" self", ".items"], hold_after: 1 }]);
  await workbench.open("moved.py", popLine, indented);
  await workbench.page.keyboard.insertText("return ");
  const held = await scene.scripted.held();
  await workbench.press("ArrowUp");
  assert.equal(await scene.scripted.endingOf(held), "client_gone");
});

test("after accepting, the next suggestion is there without a question", async () => {
  const isAhead = (one) => askedText(one).includes("got = ahead()");
  await scene.scripted.script([
    { contains: "got = ahead()", pieces: [" return", " got"] },
    { pieces: [" ahead", "()"] },
  ]);
  await workbench.open("ahead.py", popLine, indented);
  await workbench.type("got = ", 60);
  await workbench.waitForGhostText((text) => text.includes("ahead()"));
  const before = await scene.scripted.askedUntil(
    (all) => all.some((one) => isAhead(one) && one.ending === "finished"),
    "the question ahead",
  );
  await workbench.press("Tab");
  await workbench.waitForGhostText((text) => text.includes("return got"));
  const isForeground = (one) => !isAhead(one);
  const asked = await scene.scripted.asked();
  assert.equal(asked.filter(isForeground).length, before.filter(isForeground).length);
});

test("paused in this file, only this file is quiet, also after the window was loaded again", async () => {
  await scene.scripted.script([]);
  await workbench.open("paused.py", popLine, indented);
  await workbench.palette("CodeSaga: Pause Completion…");
  await workbench.page.locator(".quick-input-list .monaco-list-row").filter({ hasText: "For an Hour" }).waitFor();
  await scene.screenshots("pause");
  await workbench.choose("In This File");
  await workbench.waitForStatus("debug-pause");
  assert.match(await workbench.statusLabel(), /in this file/);
  await workbench.type("return ", 60);
  await workbench.open("other.py", popLine, indented);
  await workbench.waitForStatus("sparkle");
  await workbench.type("return ", 60);
  await workbench.waitForGhostText((text) => text.includes("self.items.pop()"));
  await workbench.saves("other.py", withLines("return "));
  await workbench.reload();
  await workbench.open("paused.py", popLine, indented);
  await workbench.waitForStatus("debug-pause");
  await scene.screenshots("paused-in-file");
  await workbench.palette("CodeSaga: Resume Completion");
  await workbench.waitForStatus("sparkle");
});

test("a language that is turned off is left alone, and Alt+\\ asks once it is on", async () => {
  await scene.scripted.script([]);
  await workbench.open("hand.py", popLine, indented);
  await workbench.palette("CodeSaga: Turn Completion On or Off for This Language");
  await workbench.page.locator(".statusbar-item").filter({ hasText: "Completion is off for Python." }).waitFor();
  await workbench.type("return ", 60);
  await workbench.palette("CodeSaga: Menu");
  await workbench.page.locator(".quick-input-list").filter({ hasText: "Turn Completion On for Python" }).waitFor();
  await scene.screenshots("menu");
  await workbench.choose("Turn Completion On for Python");
  await workbench.page.locator(".statusbar-item").filter({ hasText: "Completion is on for Python." }).waitFor();
  await workbench.open("hand.py", popLine, indented + "return ".length);
  assert.equal(await workbench.ghostText(), "");
  await workbench.press("Alt+\\");
  await workbench.waitForGhostText((text) => text.includes("self.items.pop()"));
});
