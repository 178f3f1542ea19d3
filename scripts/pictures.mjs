// `npm run pictures`: the pictures of the walkthrough and of the documents, taken in a real editor with the packed
// extension and the real proxy. The model's answers are scripted, so that a picture shows what it is about.
import { copyFile, mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { openScene } from "../tests/end-to-end/harness/scene.mjs";
import { readArguments } from "./lib/arguments.mjs";
import { packExtension } from "./lib/extension.mjs";
import { runScript } from "./lib/kit.mjs";
import { installNodeModules } from "./lib/node-modules.mjs";
import { root } from "./lib/places.mjs";
import { buildPrograms } from "./lib/rust.mjs";
import { checkTools } from "./lib/tools.mjs";
import { record } from "./pictures/animation.mjs";
import { DOCUMENTS } from "./pictures/documents.mjs";
import { SCENES } from "./pictures/scenes.mjs";

const walkthrough = path.join(root, "extension", "media", "walkthrough");
const images = path.join(root, "docs", "images");
/** Wide enough for the side panel beside code, and small enough to be read in the walkthrough's right half. */
const size = { width: 960, height: 600 };

const stillMs = 700;
const looksMax = 20;

await runScript(async (kit) => {
  const { progress, say } = kit;
  const flags = readArguments({ help: null }, say, process.argv.slice(2));
  if (flags.help) {
    progress.line("npm run pictures\n\nTakes every picture anew: extension/media/walkthrough, docs/images");
    return 0;
  }
  await checkTools(kit);
  await installNodeModules(kit);
  await packExtension(kit);
  await buildPrograms(["codesaga-proxy", "scripted-ollama"], kit);
  await mkdir(walkthrough, { recursive: true });
  for (const language of ["en", "ko"]) {
    await progress.step(say("Take the pictures ({0})", language), (detail) => take(language, detail));
  }
  await progress.step(say("Take the pictures ({0})", "docs/using.md"), (detail) => takeDocuments(detail));
  return 0;
});

async function take(language, detail) {
  const scene = await openScene({ name: `pictures-${language}`, language, files: SCENES.files });
  try {
    await scene.page.setViewportSize(size);
    await scene.workbench.waitForStatus("sparkle");
    for (const [name, arrange] of Object.entries(SCENES.walkthrough)) {
      detail(name);
      const tidy = await arrange(scene, language);
      await pointAway(scene);
      for (const theme of ["dark", "light"]) {
        await scene.workbench.setTheme(theme);
        const file = path.join(walkthrough, `${name}-${theme}${language === "ko" ? ".ko" : ""}.png`);
        await writeFile(file, await still(scene.page));
      }
      await tidy?.();
    }
    if (language === "en") {
      detail("animation");
      await scene.workbench.setTheme("dark");
      const gif = await record(scene.page, size, (frame) => SCENES.animation(scene, frame));
      await writeFile(path.join(images, "completion.gif"), gif);
      await copyFile(path.join(walkthrough, "chat-dark.png"), path.join(images, "editor.png"));
    }
  } finally {
    await scene.close();
  }
}

/** One for each thing that the users' guide says how to find. */
async function takeDocuments(detail) {
  const { files, settings } = DOCUMENTS;
  const scene = await openScene({ name: "pictures-documents", files, settings });
  try {
    await scene.page.setViewportSize(size);
    await scene.workbench.waitForStatus("sparkle");
    await scene.workbench.setTheme("dark");
    for (const [name, arrange] of Object.entries(DOCUMENTS.scenes)) {
      detail(name);
      const tidy = await arrange(scene);
      await pointAway(scene);
      await writeFile(path.join(images, `${name}.png`), await still(scene.page));
      await tidy?.();
    }
  } finally {
    await scene.close();
  }
}

/** What the mouse points at would explain itself in the picture. */
async function pointAway({ page }) {
  await page.mouse.move(0, 0);
  await page.locator(".workbench-hover").waitFor({ state: "detached" });
}

/** A screenshot once the window stands still: colours of a new theme reach some parts of it later than others. */
async function still(page) {
  let before = Buffer.alloc(0);
  for (let looks = 0; looks < looksMax; looks += 1) {
    const now = await page.screenshot({ animations: "disabled" });
    if (now.equals(before)) return now;
    before = now;
    await wait(stillMs);
  }
  throw new Error("the window did not come to rest");
}
