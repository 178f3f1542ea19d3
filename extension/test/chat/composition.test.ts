import assert from "node:assert/strict";
import { test } from "node:test";
import { type InputEventLike, idle, type Keys, onInputEvent } from "../../src/chat/page/composition";

const plain: Keys = { sendWith: "enter", listed: false, exact: false };

/**
 * A line of events in, the same line with what is done about each out. `Enter`, `Enter229`, `Tab` and
 * `Process229` are keydowns, `/Enter` a keyup, `[사` a composition update, `사]` its end, `⏎` the
 * browser about to insert a line break. A `+` before a key is Shift, a `^` Control, a `⌘` Command.
 */
function check(line: string, expected: string, keys: Keys = plain) {
  let state = idle;
  const acts = line.split(" ").map((word) => {
    const [next, act] = onInputEvent(state, eventOf(word, state.composing), keys);
    state = next;
    return act === "pass" ? word : `${word}:${act}`;
  });
  assert.equal(acts.join(" "), expected);
}

function eventOf(word: string, composing: boolean): InputEventLike {
  if (word === "settled" || word === "blur") return { type: word };
  if (word === "⏎") return { type: "beforeinput", inputType: "insertLineBreak" };
  if (word === "[") return { type: "compositionstart" };
  if (word.startsWith("[")) return { type: "compositionupdate", data: word.slice(1) };
  if (word.endsWith("]")) return { type: "compositionend", data: word.slice(0, -1) };
  if (word.startsWith("/")) return { type: "keyup", key: word.slice(1), code: word.slice(1) };
  const [, held = "", key = "", number = ""] = /^([+^⌘]?)([A-Za-z]+?)(\d*)$/.exec(word) ?? [];
  return {
    type: "keydown",
    key,
    code: key === "Process" ? "Enter" : key,
    keyCode: Number(number === "" ? "13" : number),
    shiftKey: held === "+",
    altKey: false,
    ctrlKey: held === "^",
    metaKey: held === "⌘",
    isComposing: composing,
  };
}

test("Enter sends, and its line break does not come", () => {
  check("Enter ⏎ /Enter", "Enter:send ⏎:swallow /Enter");
});

test("a held Enter sends once; the next press sends again", () => {
  check("Enter Enter Enter /Enter Enter", "Enter:send Enter:swallow Enter:swallow /Enter Enter:send");
});

test("Shift+Enter is a new line, also while composing", () => {
  check("+Enter ⏎ /Enter", "+Enter ⏎ /Enter");
  check("[ [사 +Enter229 사] ⏎ settled /Enter", "[ [사 +Enter229 사] ⏎ settled /Enter");
});

test("Hangul, Chrome on macOS and Windows: a second keydown follows the end of the composition", () => {
  check(
    "[ [ㅅ [사 Enter229 사] Enter ⏎ settled /Enter",
    "[ [ㅅ [사 Enter229 사]:settle Enter:send ⏎:swallow settled /Enter",
  );
  check(
    "[ [사 Process229 사] settled Enter ⏎ /Enter",
    "[ [사 Process229 사]:settle settled:send Enter:swallow ⏎:swallow /Enter",
  );
});

test("Hangul, Chrome with one keydown alone: sent when the syllable is in the text", () => {
  check("[ [상 Enter229 상] settled /Enter", "[ [상 Enter229 상]:settle settled:send /Enter");
  check("[ [상 Enter229 상] ⏎ settled /Enter", "[ [상 Enter229 상]:settle ⏎:swallow settled:send /Enter");
});

test("Hangul, Safari: the composition ends before the keydown", () => {
  check("[ [사 사] Enter229 ⏎ /Enter", "[ [사 사] Enter229:send ⏎:swallow /Enter");
});

test("after each of these the next press sends again, once", () => {
  for (const first of [
    "[ [사 Enter229 사] Enter /Enter",
    "[ [사 Enter229 사] settled /Enter",
    "[ [사 사] Enter229 /Enter",
  ]) {
    let state = idle;
    const acts: string[] = [];
    for (const word of [...first.split(" "), "Enter", "Enter", "/Enter"]) {
      const [next, act] = onInputEvent(state, eventOf(word, state.composing), plain);
      state = next;
      acts.push(act);
    }
    assert.equal(acts.filter((act) => act === "send").length, 2, first);
  }
});

test("Japanese and Chinese: Enter chooses the candidate and does not send", () => {
  check("[ [にほん [日本 Enter229 日本] /Enter Enter", "[ [にほん [日本 Enter229 日本] /Enter Enter:send");
  check("[ [日本 日本] Enter229 /Enter Enter", "[ [日本 日本] Enter229 /Enter Enter:send");
  check("[ [nihao Enter229 nihao] /Enter", "[ [nihao Enter229 nihao] /Enter");
});

test("an Enter that did not end the composition is forgotten", () => {
  check("[ [사 Enter229 /Enter [상 상] settled", "[ [사 Enter229 /Enter [상 상] settled");
  check("[ [사 Enter229 blur settled", "[ [사 Enter229 blur settled");
});

test("Ctrl+Enter sends as well; when it is the one that sends, Enter is a new line", () => {
  check("^Enter ⏎ /Enter", "^Enter:send ⏎:swallow /Enter");
  const keys: Keys = { ...plain, sendWith: "ctrlEnter" };
  check("Enter ⏎ /Enter ^Enter ⏎ /Enter ⌘Enter", "Enter ⏎ /Enter ^Enter:send ⏎:swallow /Enter ⌘Enter:send", keys);
  check("[ [사 Enter229 사] Enter ⏎ settled /Enter", "[ [사 Enter229 사] Enter ⏎ settled /Enter", keys);
  check("[ [사 ^Enter229 사] settled /Enter", "[ [사 ^Enter229 사]:settle settled:send /Enter", keys);
});

test("in the list Enter and Tab accept, once, also in the middle of a syllable", () => {
  const keys: Keys = { ...plain, listed: true };
  check("Enter ⏎ /Enter Tab Tab /Tab", "Enter:accept ⏎:swallow /Enter Tab:accept Tab:swallow /Tab", keys);
  check("[ [산 Enter229 산] Enter /Enter", "[ [산 Enter229 산]:settle Enter:accept /Enter", keys);
  check("[ [산 Tab229 산] settled Tab /Tab", "[ [산 Tab229 산]:settle settled:accept Tab:swallow /Tab", keys);
  check("[ [산 산] Enter229 /Enter", "[ [산 산] Enter229:accept /Enter", keys);
  check("[ [日本 Enter229 日本] /Enter", "[ [日本 Enter229 日本] /Enter", keys);
  check("+Tab ^Enter /Enter", "+Tab ^Enter:send /Enter", keys);
});

test("a command typed to its end is sent by Enter, and completed by Tab", () => {
  const keys: Keys = { ...plain, listed: true, exact: true };
  check("Enter /Enter Tab /Tab", "Enter:send /Enter Tab:accept /Tab", keys);
  check("Enter /Enter ^Enter", "Enter:accept /Enter ^Enter:send", { ...keys, sendWith: "ctrlEnter" });
});

test("without a list Tab is the browser's", () => {
  check("Tab /Tab [ [산 Tab229 산] settled", "Tab /Tab [ [산 Tab229 산] settled");
});

test("who types on before the composition has settled still sends", () => {
  check("[ [사 Enter229 사] a settled", "[ [사 Enter229 사]:settle a settled:send");
});
