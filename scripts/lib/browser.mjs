// Finds a Chromium that the tests can drive, or installs Debian's. It downloads no browser by itself.
import { canInstall, install, installCommand } from "./debian.mjs";
import { Expected } from "./expected.mjs";
import { findProgram, isProgram } from "./find.mjs";

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge"];
const applications = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

/** The browser's full path; throws a sentence that says how to get one. */
export async function installBrowser({ processes, say, progress }) {
  const found = findBrowser();
  if (found) return found;
  if (canInstall()) {
    // Korean letters are drawn only with a font that has them.
    await progress.step(say("Install the browser"), (detail) =>
      install(["chromium", "fonts-noto-cjk", "fonts-noto-color-emoji"], { processes }, detail),
    );
    const installed = findBrowser();
    if (installed) return installed;
  }
  throw new Expected(say("No Chromium or Chrome was found: {0}", installCommand(["chromium"])));
}

export function findBrowser() {
  const chosen = process.env.CODESAGA_BROWSER;
  if (chosen && isProgram(chosen)) return chosen;
  return findProgram(names) ?? applications.find(isProgram);
}
