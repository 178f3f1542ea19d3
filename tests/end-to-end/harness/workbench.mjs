// What a person does and sees in the editor's window, in their words. Nothing here knows what a test is about.
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { eventually } from "./eventually.mjs";

const statusItem = '.statusbar-item[id*="codesaga.status"]';
const triedMs = 10_000;
const themeClasses = { dark: "vs-dark", light: "vs", contrast: "hc-black" };
const pageThemes = { dark: "vscode-dark", light: "vscode-light", contrast: "vscode-high-contrast" };
const ghost = ".ghost-text, .ghost-text-decoration, .ghost-text-decoration-preview";

export function openWorkbench(page, folder) {
  const { keyboard } = page;

  /** Runs a command. The editor closes its list when another part takes the focus, so it may take two tries. */
  async function palette(text) {
    const tryOnce = async () => {
      await keyboard.press("F1");
      const input = page.locator(".quick-input-widget:visible input");
      await input.waitFor({ timeout: triedMs });
      await input.fill(`>${text}`, { timeout: triedMs });
      const row = page.locator(".quick-input-list .monaco-list-row").filter({ hasText: text }).first();
      await row.click({ timeout: triedMs });
      return true;
    };
    await eventually(`“${text}” in the list of commands`, tryOnce, Boolean, 3 * triedMs);
  }

  /** Opens a file at a place. The editor closes its list when another window takes the focus, so it may take two tries. */
  async function open(file, line = 1, column = 1) {
    const tab = page.locator(`.tab.active[data-resource-name="${path.basename(file)}"]`);
    const tryOnce = async () => {
      await keyboard.press("Control+p");
      const input = page.locator(".quick-input-widget:visible input");
      await input.waitFor({ timeout: triedMs });
      await input.fill(`${file}:${line}:${column}`, { timeout: triedMs });
      const row = page.locator(".quick-input-list .monaco-list-row").filter({ hasText: file }).first();
      await row.click({ timeout: triedMs });
      await tab.waitFor({ timeout: triedMs });
      await page.locator(".editor-instance .monaco-editor.focused").waitFor({ timeout: triedMs });
      await input.waitFor({ state: "hidden", timeout: triedMs });
      return true;
    };
    await eventually(`${file} to be open`, tryOnce, Boolean, 3 * triedMs);
  }

  const read = (file) => readFile(path.join(folder, file), "utf8");

  /** Saves and waits until the file on disk is as expected: a text, or what a function accepts. Gives the text. */
  async function saves(file, expected) {
    await keyboard.press("Control+s");
    const accept = typeof expected === "function" ? expected : (text) => text === expected;
    return eventually(`${file} saved as expected`, () => read(file), accept);
  }

  const texts = (selector) => page.locator(selector).allInnerTexts();
  const ghostText = async () => (await texts(ghost)).join("").replaceAll("\u00a0", " ");

  return {
    page,
    palette,
    open,
    /** Loads the window again, as a person does: what the editor keeps is written first. */
    async reload() {
      const loaded = page.waitForEvent("load");
      await palette("Developer: Reload Window");
      await loaded;
      await page.locator(statusItem).waitFor();
    },

    /** Opens a notebook and starts to edit a cell at its end; cells are counted from 1. */
    async openCell(file, number) {
      const code = page.locator(".notebook-editor .code-cell-row .cell-editor-container .view-lines");
      const tryOnce = async () => {
        await keyboard.press("Control+p");
        const input = page.locator(".quick-input-widget:visible input");
        await input.fill(file, { timeout: triedMs });
        await page.locator(".quick-input-list .monaco-list-row").filter({ hasText: file }).first().click();
        await code.nth(number - 1).click({ timeout: triedMs });
        await page.locator(".notebook-editor .monaco-editor.focused").waitFor({ timeout: triedMs });
        return true;
      };
      await eventually(`cell ${number} of ${file} to be open`, tryOnce, Boolean, 3 * triedMs);
      await keyboard.press("Control+End");
    },

    saves,
    read,
    write: (file, text) => writeFile(path.join(folder, file), text),

    /** Like a person at the keyboard: one key after another. */
    type: (text, delay = 30) => keyboard.type(text, { delay }),
    press: (key, times = 1) => repeat(times, () => keyboard.press(key)),

    /** Selects whole lines, from the first to the last, both counted from 1. */
    async selectLines(file, first, last) {
      await open(file, first, 1);
      await repeat(last - first, () => keyboard.press("Shift+ArrowDown"));
      await keyboard.press("Shift+End");
    },

    ghostText,
    waitForGhostText: (accept, withinMs) => eventually("ghost text", ghostText, accept, withinMs),
    /** Looks at every frame from now on; what it gives tells in how many there was no ghost text. */
    async watchGhostText() {
      await page.evaluate((selector) => {
        const seen = { blank: 0, watching: true };
        const look = () => {
          if (!seen.watching) return;
          if (!document.querySelector(selector)) seen.blank += 1;
          requestAnimationFrame(look);
        };
        requestAnimationFrame(look);
        window.codesagaFrames = seen;
      }, ghost);
      return () =>
        page.evaluate(() => {
          window.codesagaFrames.watching = false;
          return window.codesagaFrames.blank;
        });
    },
    waitForNoGhostText: () => eventually("no ghost text", ghostText, (text) => text === ""),

    /** The whole text of the line the cursor is in, ghost text included. */
    visibleText: async () => (await texts(".editor-instance .view-line")).join("\n").replaceAll("\u00a0", " "),

    waitForStatus: (icon, withinMs = 60_000) =>
      page.locator(`${statusItem} .codicon-${icon}`).waitFor({ timeout: withinMs }),
    statusLabel: () => page.locator(`${statusItem} a`).first().getAttribute("aria-label"),

    /** The page of *Show Status* as an object of strings; closed again. It is longer than the window. */
    async statusPage(command) {
      await palette(command);
      const copied = async () => {
        await page.locator('.tab.active[data-resource-name="CodeSaga"]').waitFor({ timeout: triedMs });
        await keyboard.press("Control+a");
        await keyboard.press("Control+c");
        return (await page.evaluate(() => navigator.clipboard.readText())).split("\n");
      };
      const lines = await eventually("the status page", copied, (all) =>
        all.some((line) => line.startsWith("stats.requestsSent:")),
      );
      await palette("View: Close Editor");
      return Object.fromEntries(
        lines
          .filter((line) => line.includes(": "))
          .map((line) => [line.split(": ")[0], line.slice(line.indexOf(": ") + 2).trim()]),
      );
    },

    /** Chooses a row of a list that is open or about to open. */
    async choose(label) {
      await page.locator(".quick-input-list .monaco-list-row").filter({ hasText: label }).first().click();
      await page.locator(".quick-input-widget:visible").waitFor({ state: "hidden" });
    },

    suggestWidget: () => page.locator(".suggest-widget.visible"),

    notificationButton: (label) => page.locator(".notification-toast .monaco-button").filter({ hasText: label }),
    notifications: () => texts(".notification-toast"),
    diffTitle: () => page.locator(".tab.active").textContent(),
    waitForDiff: (timeout) => page.locator(".monaco-diff-editor .modified-in-monaco-diff-editor").waitFor({ timeout }),
    waitForNoDiff: () => page.locator(".monaco-diff-editor").waitFor({ state: "detached" }),
    proposed: async () =>
      (await texts(".monaco-diff-editor .modified .view-line")).join("\n").replaceAll("\u00a0", " "),
    titleButton: (label) => page.locator(`.editor-actions .action-label[aria-label^="${label}"]`),

    /** The frame of the chat page: a webview is an iframe in an iframe. */
    chat: () =>
      eventually("the chat page", async () => {
        for (const frame of page.frames()) {
          if ((await frame.locator(".composer textarea").count()) > 0) return frame;
        }
        return undefined;
      }),

    /** A session for real composition, as an input method does it. */
    composer: async () => page.context().newCDPSession(page),

    /** The editor follows the system's colours, so changing them takes the focus from nothing. */
    async setTheme(theme) {
      const workbench = page.locator(`.monaco-workbench.${themeClasses[theme]}`);
      const changes = (await workbench.count()) === 0;
      const coloursBefore = await coloursOfCode(page);
      const isContrast = theme === "contrast";
      await page.emulateMedia({
        colorScheme: theme === "light" ? "light" : "dark",
        forcedColors: isContrast ? "active" : "none",
      });
      if (isContrast) await keepOwnColours(page);
      await workbench.waitFor();
      await eventually(`${theme} in every page`, () => themesOfPages(page), isEvery(pageThemes[theme]));
      if (!changes) return;
      // Those of code in the chat come from the extension, later than the theme's others.
      const isNew = (all) => all.every((one) => !coloursBefore.includes(one));
      await eventually(`${theme} in the chat's code`, () => coloursOfCode(page), isNew);
    },
  };
}

/** The colours that pages with code in them have for it: their comments', which are others in each theme. */
async function coloursOfCode(page) {
  const ofCode = () => {
    const code = document.querySelector('[class^="token-"]');
    return code ? getComputedStyle(code).getPropertyValue("--token-comment") : "";
  };
  const all = await Promise.all(page.frames().map((frame) => frame.evaluate(ofCode).catch(() => "")));
  return all.filter((colour) => colour !== "");
}

/** What the pages of webviews, such as the chat, were told of the theme. */
async function themesOfPages(page) {
  const told = (frame) => frame.evaluate(() => document.body?.dataset.vscodeThemeKind);
  const all = await Promise.all(page.frames().map((frame) => told(frame).catch(() => undefined)));
  return all.filter((kind) => kind !== undefined);
}

const isEvery = (kind) => (all) => all.every((one) => one === kind);

/** With forced colours the browser paints all pages its own way; the editor's theme for high contrast is what is looked at. */
async function keepOwnColours(page) {
  const keep = () => {
    // A page that is written anew in its frame has lost the sheet.
    if (document.adoptedStyleSheets.some((sheet) => sheet.keepsOwnColours)) return;
    // A style element would be refused by the rules of a webview's page.
    const sheet = new CSSStyleSheet();
    sheet.keepsOwnColours = true;
    sheet.replaceSync("* { forced-color-adjust: none !important }");
    document.adoptedStyleSheets.push(sheet);
  };
  // A frame may just be going.
  for (const frame of page.frames()) await frame.evaluate(keep).catch(() => {});
}

async function repeat(times, action) {
  for (let done = 0; done < times; done++) await action();
}

/** Composes one syllable state by state and commits it, as an input method does; `committed` when it is not the last. */
export async function compose(session, states, committed = states.at(-1)) {
  for (const text of states) {
    await session.send("Input.imeSetComposition", { text, selectionStart: text.length, selectionEnd: text.length });
  }
  await session.send("Input.insertText", { text: committed });
}
