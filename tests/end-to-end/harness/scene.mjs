// A whole CodeSaga for one file of tests: model server, proxy, editor with the packed extension, browser, sample folder.
// Everything is real except, where a test needs exact answers, the model: then it is the scripted Ollama.
import { appendFile, cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";
import { chromium } from "playwright-core";
import { installBrowser } from "../../../scripts/lib/browser.mjs";
import { installEditor, startEditor } from "../../../scripts/lib/editor.mjs";
import * as places from "../../../scripts/lib/places.mjs";
import { speakKorean, writeSettings } from "../../../scripts/lib/profile.mjs";
import { openBackend, quietKit } from "./backend.mjs";
import { putExtension } from "./installed.mjs";
import { openWorkbench } from "./workbench.mjs";

const browserFlags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** The editor leaves the question whether a folder is trusted to whoever wants to answer it. */
const untrusted = {
  "security.workspace.trust.enabled": true,
  "security.workspace.trust.startupPrompt": "never",
  "security.workspace.trust.banner": "always",
};

/**
 * @param {{ name: string, model?: 'scripted' | 'small', language?: 'en' | 'ko', files: Record<string, string>,
 *   settings?: object, contextTokens?: number, env?: Record<string, string>, withLine?: boolean, beside?: string,
 *   isTrusted?: boolean }} wanted
 *   `name` is that of the log files and of the folder of screenshots; `contextTokens`, `env` and `withLine` are the
 *   backend's; `beside` is the folder of an extension that runs beside ours; a folder that is not trusted is one the
 *   editor has not asked about.
 */
export async function openScene({ model = "scripted", contextTokens, env, withLine, ...wanted }) {
  const backend = await openBackend({ name: wanted.name, model, contextTokens, env, withLine });
  try {
    return await openWindow(backend, wanted);
  } catch (error) {
    // What was started would keep the test file from ending.
    await backend.close();
    throw error;
  }
}

async function openWindow(backend, wanted) {
  const { name, language = "en", files, settings = {}, beside, isTrusted = true } = wanted;
  const { processes } = backend;
  const kit = quietKit(processes);
  const browserPath = await installBrowser(kit);
  const entry = await installEditor(kit);
  await mkdir(places.run, { recursive: true });
  const home = await mkdtemp(path.join(places.run, `test-${name}-`));
  const folder = path.join(home, "project");
  await writeFiles(folder, files);

  const profile = path.join(home, "profile");
  await writeSettings(profile, {
    "codesaga.serverUrl": backend.url,
    "window.autoDetectColorScheme": true,
    "window.autoDetectHighContrast": true,
    "workbench.preferredLightColorTheme": "Default Light Modern",
    "workbench.preferredDarkColorTheme": "Default Dark Modern",
    "editor.quickSuggestions": { other: "off", comments: "off", strings: "off" },
    "editor.wordBasedSuggestions": "off",
    "editor.minimap.enabled": false,
    // Whether an edit is shown in place depends on its length, which few tests are about.
    "codesaga.edits.preview": "diff",
    ...(!isTrusted && untrusted),
    ...settings,
  });
  if (language === "ko") await speakKorean(profile);
  const withProposals = beside && (await putBeside(beside, profile));
  await putExtension({ processes, entry, profile });
  const editor = await startEditor({
    processes,
    entry,
    profile,
    folder,
    locale: language,
    name: `${name}-editor`,
    isTrusted,
    withProposals,
  });

  const browser = await chromium.launch({ executablePath: browserPath, args: browserFlags });
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    locale: language === "ko" ? "ko-KR" : "en-US",
    permissions: ["clipboard-read", "clipboard-write"],
  });
  const page = await context.newPage();
  const complaints = watchForComplaints(page, path.join(places.logs, `${name}-browser.log`));
  await page.goto(editor.url);
  const workbench = openWorkbench(page, folder);

  return {
    workbench,
    page,
    folder,
    url: backend.url,
    processes,
    scripted: backend.scripted,
    /** What the page's own security rules refused; must stay empty. */
    complaints,

    stopProxy: backend.stopProxy,
    startProxyAgain: backend.startProxyAgain,
    line: backend.line,

    /** Runs what a test does, and leaves a screenshot of the window when it fails. */
    async keepingSight(what, work) {
      try {
        await work();
      } catch (error) {
        const place = path.join(places.screenshots, "failed");
        await mkdir(place, { recursive: true });
        await page.screenshot({ path: path.join(place, `${name}-${what.replaceAll(/\W+/g, "-")}.png`) });
        throw error;
      }
    },

    /** A screenshot in each theme. */
    async screenshots(what, themes = ["dark", "light", "contrast"]) {
      for (const theme of themes) {
        await workbench.setTheme(theme);
        const place = path.join(places.screenshots, theme);
        await mkdir(place, { recursive: true });
        await page.screenshot({ animations: "disabled", path: path.join(place, `${name}-${what}.png`) });
      }
      if (themes.includes("contrast")) await workbench.setTheme("dark");
    },

    async close() {
      await browser.close();
      await backend.close();
      await rm(home, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** `test` for a file that shares one scene: a failure leaves a screenshot. */
export function scenarios(scene) {
  return (what, work) => test(what, () => scene().keepingSight(what, work));
}

/** Puts an extension into a new profile, where the editor finds it at its first start; gives its name. */
async function putBeside(folder, profile) {
  const { publisher, name, version } = JSON.parse(await readFile(path.join(folder, "package.json"), "utf8"));
  const id = `${publisher}.${name}`;
  await cp(folder, path.join(profile, "extensions", `${id}-${version}`), { recursive: true });
  return id;
}

async function writeFiles(folder, files) {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), text);
  }
}

function watchForComplaints(page, log) {
  const complaints = [];
  page.on("console", (message) => {
    const text = message.text();
    if (/Refused to|Content Security Policy/.test(text) && /codesaga/i.test(text + message.location().url)) {
      complaints.push(text);
    }
    // A log that cannot be written fails no test.
    appendFile(log, `${message.type()} ${text}\n`).catch(() => {});
  });
  return complaints;
}
