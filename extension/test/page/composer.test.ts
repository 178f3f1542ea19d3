import assert from "node:assert/strict";
import type { Chip, Offer } from "../../src/chat/composerMessages";
import type { ChatPage } from "./browser";
import { play } from "./play";

const chip = (id: string): Chip => ({ id, kind: "file", label: `${id}.py`, title: `src/${id}.py` });
const offer = (label: string, part: Partial<Offer> = {}): Offer => ({
  kind: "file",
  label,
  detail: "src",
  positions: [0, 1],
  insert: `@${label} `,
  goesOn: false,
  ...part,
});
const files = [offer("calc.py"), offer("cart.py"), offer("계산기.py")];

/** Types, and answers the question that this asks last. */
async function offered(chat: ChatPage, typed: string, offers = files) {
  await chat.input.pressSequentially(typed);
  const { ask } = await chat.told("complete", typed.length);
  await chat.tell({ type: "offers", ask, offers });
  return ask;
}

const rows = (chat: ChatPage) => chat.page.getByRole("option");
const chosen = (chat: ChatPage) =>
  chat.page.getByRole("option", { selected: true }).locator(".offer-label").innerText();
const focused = (chat: ChatPage) =>
  chat.page.evaluate(() => document.activeElement?.getAttribute("aria-label") ?? document.activeElement?.tagName);

play("an @ lists what can go along: arrows choose, Enter and Tab accept, Escape closes", {}, async (chat) => {
  await chat.begin();
  await chat.input.fill("look at ");
  const ask = await offered(chat, "@ca");
  assert.deepEqual(
    (await chat.posted("complete")).map(({ trigger, query }) => trigger + query),
    ["@", "@c", "@ca"],
  );
  assert.equal(await chosen(chat), "calc.py");
  assert.equal(await chat.input.getAttribute("aria-activedescendant"), "offer-0");
  await chat.input.press("ArrowDown");
  assert.equal(await chosen(chat), "cart.py");
  await chat.input.press("ArrowUp");
  await chat.input.press("ArrowUp");
  assert.equal(await chosen(chat), "계산기.py");
  await chat.input.press("Enter");
  assert.equal(await chat.input.inputValue(), "look at @계산기.py ");
  assert.deepEqual(await chat.posted("choose"), [{ type: "choose", ask, at: 2 }]);
  assert.equal(await rows(chat).count(), 0);
  assert.deepEqual(await chat.posted("send"), []);

  await offered(chat, "@c");
  await chat.input.press("Escape");
  assert.equal(await rows(chat).count(), 0);
  await chat.input.pressSequentially("a");
  assert.equal(await rows(chat).count(), 0, "closed stays closed while it is the same word");
  await chat.input.press("Enter");
  assert.equal((await chat.told("send")).text, "look at @계산기.py @ca");

  await chat.input.pressSequentially("@");
  const { ask: last } = await chat.told("complete", 6);
  await chat.tell({ type: "offers", ask: last, offers: [offer("@file", { insert: "@file:", goesOn: true })] });
  await chat.input.press("Tab");
  assert.equal(await chat.input.inputValue(), "@file:");
  assert.equal((await chat.told("complete", 7)).query, "file:");
  await chat.input.press("Control+z");
  assert.equal(await chat.input.inputValue(), "@", "accepting is a step that can be undone");
});

play("a command typed to its end is sent by one Enter", {}, async (chat) => {
  await chat.begin();
  await offered(chat, "/clear", [offer("/clear", { kind: "command", insert: "/clear " })]);
  await chat.input.press("Enter");
  assert.equal((await chat.told("send")).text, "/clear");
});

play("an answer to what was typed before does not bring the list back", {}, async (chat) => {
  await chat.begin();
  await chat.input.pressSequentially("@ca ");
  const { ask } = await chat.told("complete", 3);
  await chat.tell({ type: "offers", ask, offers: files });
  assert.equal(await rows(chat).count(), 0);
  await chat.input.pressSequentially("@b");
  await chat.tell({ type: "offers", ask, offers: files });
  assert.equal(await rows(chat).count(), 0, "and is none to another word");
});

play("Hangul in the list: a syllable is never cut, and one key accepts once", {}, async (chat) => {
  await chat.begin();
  await chat.input.focus();
  const keyboard = await chat.page.context().newCDPSession(chat.page);
  const compose = (text: string) =>
    keyboard.send("Input.imeSetComposition", { text, selectionStart: text.length, selectionEnd: text.length });
  const commit = (text: string) => keyboard.send("Input.insertText", { text });
  const key = (type: "rawKeyDown" | "keyUp", name: string, windowsVirtualKeyCode: number) =>
    keyboard.send("Input.dispatchKeyEvent", { type, key: name, code: name, windowsVirtualKeyCode });
  let asks = 0;
  let choices = 0;
  for (const name of ["Enter", "Tab"]) {
    const code = name === "Enter" ? 13 : 9;
    for (const again of [true, false]) {
      await chat.input.pressSequentially("@");
      await compose("ㄱ");
      await compose("계");
      await commit("계");
      await compose("ㅅ");
      await compose("사");
      // @, ㄱ, 계, 계ㅅ, 계사
      asks += 5;
      const { ask, query } = await chat.told("complete", asks);
      assert.equal(query, "계사");
      await chat.tell({ type: "offers", ask, offers: files });
      assert.equal(await rows(chat).count(), 3);
      // The arrows are the input method's as long as it composes.
      await key("rawKeyDown", "ArrowDown", 229);
      await key("keyUp", "ArrowDown", 40);
      assert.equal(await chosen(chat), "calc.py");
      await compose("산");
      asks += 1;
      const { ask: last } = await chat.told("complete", asks);
      await chat.tell({ type: "offers", ask: last, offers: [offer("계산기.py")] });
      await key("rawKeyDown", name, 229);
      await commit("산");
      if (again) await key("rawKeyDown", name, code);
      await key("keyUp", name, code);
      choices += 1;
      await chat.told("choose", choices);
      await chat.tell();
      assert.equal((await chat.posted("choose")).length, choices, name);
      assert.equal(await chat.input.inputValue(), "@계산기.py ", name);
      assert.equal(await chat.input.evaluate((field) => field === document.activeElement), true, name);
      assert.deepEqual(await chat.posted("send"), []);
      await chat.input.fill("");
    }
  }
});

play("chips come and go; each is taken away by the keyboard, and the focus stays near", {}, async (chat) => {
  await chat.begin({ chips: [chip("a"), chip("b")] });
  await chat.input.focus();
  await chat.input.press("Backspace");
  assert.match(String(await focused(chat)), /b\.py$/);
  await chat.page.keyboard.press("Backspace");
  assert.match(String(await focused(chat)), /a\.py$/);
  await chat.tell({ type: "chips", chips: [chip("a")] });
  await chat.page.keyboard.press("Enter");
  assert.match(String(await focused(chat)), /^Question/);
  assert.deepEqual(
    (await chat.posted("removeChip")).map(({ id }) => id),
    ["b", "a"],
  );
  await chat.tell({ type: "chips", chips: [] });
  await chat.page.getByRole("button", { name: "Add Context" }).click();
  assert.equal(await chat.input.inputValue(), "@");
  assert.equal((await chat.told("complete")).query, "");
});

play("three rows of chips are seen whole, and more are scrolled", { width: 240 }, async (chat) => {
  const long = (id: string): Chip => ({ ...chip(id), label: `${id}-${"name".repeat(5)}.py` });
  const hiddenOf = (chips: Chip[]) =>
    chat
      .tell({ type: "chips", chips })
      .then(() => chat.page.locator(".chips ul").evaluate((list) => list.scrollHeight - list.clientHeight));
  await chat.begin();
  assert.equal(await hiddenOf([long("a"), long("b"), long("c")]), 0);
  assert.ok((await hiddenOf([long("a"), long("b"), long("c"), long("d")])) > 0);
});

play("pasted code is asked about, and leaves the input when it has become a chip", {}, async (chat) => {
  await chat.begin();
  const code = "def total(items):\n    return sum(items)\n";
  const paste = (types: Record<string, string>) =>
    chat.input.evaluate((field, all) => {
      const clipboardData = new DataTransfer();
      for (const [type, value] of Object.entries(all)) clipboardData.setData(type, value);
      const goesOn = field.dispatchEvent(
        new ClipboardEvent("paste", { clipboardData, cancelable: true, bubbles: true }),
      );
      // What the browser does by itself for a key.
      if (goesOn) document.execCommand("insertText", false, all["text/plain"]);
    }, types);
  await chat.input.fill("why ");
  await paste({ "text/plain": code });
  assert.equal((await chat.told("pasted")).text, code);
  assert.equal(await chat.input.inputValue(), `why ${code}`);
  await chat.input.pressSequentially("slow?");
  await chat.tell({ type: "pastedAsChip", text: code });
  assert.equal(await chat.input.inputValue(), "why slow?");
  await chat.input.press("Control+z");
  assert.equal(await chat.input.inputValue(), `why ${code}slow?`);
  await paste({ "text/plain": "word" });
  assert.equal((await chat.posted("pasted")).length, 1, "a word is no code");
  await paste({ "text/plain": "/a.py", "application/vnd.code.uri-list": "file:///a.py\nfile:///%EA%B0%80.py" });
  assert.deepEqual((await chat.told("dropped")).uris, ["file:///a.py", "file:///%EA%B0%80.py"]);
});

play("files are dropped anywhere on the page", {}, async (chat) => {
  await chat.begin();
  const taken = await chat.page.evaluate(() => {
    const dataTransfer = new DataTransfer();
    dataTransfer.setData("text/uri-list", "# from the explorer\r\nfile:///src/a.py\r\nhttps://example.com/");
    const event = (type: string) => new DragEvent(type, { dataTransfer, cancelable: true, bubbles: true });
    const target = document.querySelector(".turns") as Element;
    return [!target.dispatchEvent(event("dragover")), !target.dispatchEvent(event("drop"))];
  });
  assert.deepEqual(taken, [true, true]);
  assert.deepEqual((await chat.told("dropped")).uris, ["file:///src/a.py"]);
});

play("what could not be done comes back, and is said once", {}, async (chat) => {
  await chat.begin();
  await chat.tell({ type: "takeBack", text: "/fix it" }, { type: "notice", line: "Select the code first." });
  assert.equal(await chat.input.inputValue(), "/fix it");
  assert.equal(await chat.page.locator(".notice").innerText(), "Select the code first.");
  await chat.tell({ type: "takeBack", text: "/doc" }, { type: "notice", line: "" });
  assert.equal(await chat.input.inputValue(), "/doc\n/fix it");
  assert.equal(await chat.page.locator(".notice").count(), 0);
});

play("Enter starts a new line where Ctrl+Enter sends", {}, async (chat) => {
  await chat.begin({ sendWith: "ctrlEnter" });
  await chat.input.pressSequentially("one");
  await chat.input.press("Enter");
  await chat.input.pressSequentially("two");
  assert.equal(await chat.input.inputValue(), "one\ntwo");
  await chat.input.press("Control+Enter");
  assert.equal((await chat.told("send")).text, "one\ntwo");
  await chat.tell({ type: "sendWith", sendWith: "enter" });
  await chat.input.pressSequentially("three");
  await chat.input.press("Enter");
  assert.equal((await chat.told("send", 2)).text, "three");
});
