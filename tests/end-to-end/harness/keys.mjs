// The window by keyboard alone, as somebody uses it who cannot or will not use a mouse.
import assert from "node:assert/strict";
import { eventually } from "./eventually.mjs";

const rowsMax = 40;
const tabsMax = 60;
const triedMs = 10_000;
const inAllMs = 60_000;

export function openKeys(page) {
  const { keyboard } = page;
  const list = ".quick-input-widget:visible .quick-input-list .monaco-list-row";
  const focused = () => page.locator(`${list}.focused`).first();

  /** Goes down a list to the row with that text, and takes it. */
  async function pick(text) {
    await page.locator(list).filter({ hasText: text }).first().waitFor({ timeout: triedMs });
    for (let row = 0; row < rowsMax; row += 1) {
      if ((await focused().count()) > 0 && (await focused().innerText()).includes(text)) {
        await keyboard.press("Enter");
        return;
      }
      await keyboard.press("ArrowDown");
    }
    throw new Error(`the arrow keys do not reach “${text}”`);
  }

  /** Opens one of the editor's own lists by its key and types into it, once it stands there as it does at first. */
  async function ask(key, first, text) {
    const input = page.locator(".quick-input-widget:visible input");
    // In a list that is open already the key would move on.
    if ((await input.count()) > 0) await keyboard.press("Escape");
    await keyboard.press(key);
    await eventually(
      "an empty list",
      () => input.inputValue({ timeout: 1_000 }),
      (value) => value === first,
      triedMs,
    );
    // At once, as pasted: the list of files may miss what is typed while it is still looking.
    await keyboard.insertText(text);
  }

  /** Runs a command from the list of commands, which closes when another part takes the focus. */
  async function run(command) {
    const tryOnce = async () => {
      await ask("F1", ">", command);
      await pick(command);
      return true;
    };
    await eventually(`“${command}” in the list of commands`, tryOnce, Boolean, inAllMs);
  }

  /** Opens a file with the cursor at a place. */
  async function open(file, line = 1, column = 1) {
    const tryOnce = async () => {
      await ask("Control+p", "", `${file}:${line}:${column}`);
      await pick(file);
      await page.locator(`.tab.active[data-resource-name="${file}"]`).waitFor({ timeout: triedMs });
      await page.locator(".editor-instance .monaco-editor.focused").waitFor({ timeout: triedMs });
      return true;
    };
    await eventually(`${file} to be open`, tryOnce, Boolean, inAllMs);
  }

  async function press(key, times = 1) {
    for (let done = 0; done < times; done += 1) await keyboard.press(key);
  }

  return {
    open,
    run,
    pick,
    press,
    type: (text) => keyboard.type(text),

    /** Whole lines, both counted from 1. */
    async selectLines(file, first, last) {
      await open(file, first, 1);
      await press("Shift+ArrowDown", last - first);
      await press("Shift+End");
    },

    /** Goes with Tab, or with `key`, to what a screen reader calls so in that frame; gives how many steps it took. */
    async tabTo(frame, label, key = "Tab") {
      const name = () => {
        const element = document.activeElement;
        return element?.getAttribute("aria-label") || element?.textContent?.trim() || "";
      };
      const passed = [];
      for (let step = 0; step < tabsMax; step += 1) {
        const now = await frame.evaluate(name);
        if (now.startsWith(label)) return step;
        passed.push(now);
        await keyboard.press(key);
      }
      throw new Error(`${key} does not reach “${label}”; it passed ${JSON.stringify(passed)}`);
    },

    /** Counts presses of the mouse from now on; what it gives fails when there were any. */
    async withoutMouse() {
      await page.evaluate(() => {
        globalThis.codesagaPresses = 0;
        addEventListener(
          "pointerdown",
          () => {
            globalThis.codesagaPresses += 1;
          },
          true,
        );
      });
      return async () => assert.equal(await page.evaluate(() => globalThis.codesagaPresses), 0, "the mouse was used");
    },
  };
}
