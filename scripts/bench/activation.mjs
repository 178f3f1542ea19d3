// How long the extension takes to start, as the editor itself says of each window in its startup report, and what the
// package weighs that is installed.

import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import { eventually } from "../../tests/end-to-end/harness/eventually.mjs";
import { openScene } from "../../tests/end-to-end/harness/scene.mjs";
import { root } from "../lib/places.mjs";
import { activationIn } from "./activation-report.mjs";
import { atMost } from "./figures.mjs";
import { median, rounded } from "./statistics.mjs";

const WINDOWS = 7;
const REPORT = "Startup Performance";

export async function activation({ detail }) {
  const scene = await openScene({ name: "bench-activation", files: { "a.py": "x = 1\n" } });
  const windows = [];
  try {
    for (let window = 0; window <= WINDOWS; window += 1) {
      detail(`window ${window} of ${WINDOWS}`);
      if (window > 0) await scene.workbench.reload();
      windows.push(await reported(scene.workbench));
    }
  } finally {
    await scene.close();
  }
  return told(windows, await packages());
}

/** The editor writes its report when the window has come to rest. */
async function reported({ page, palette, press }) {
  const look = async () => {
    await palette(`Developer: ${REPORT}`);
    await page.locator(`.tab.active[data-resource-name="${REPORT}"]`).waitFor();
    await page.locator(".editor-instance .monaco-editor.focused").waitFor();
    await press("Control+a");
    await press("Control+c");
    return activationIn(await page.evaluate(() => navigator.clipboard.readText()), "codesaga.codesaga");
  };
  const found = await eventually("the extension in the editor's report", look, Boolean, 60_000);
  await palette("View: Close Editor");
  return found;
}

async function packages() {
  const folder = path.join(root, "extension");
  const names = (await readdir(folder)).filter((name) => name.endsWith(".vsix"));
  return Promise.all(
    names.map(async (name) => ({ name, mb: rounded((await stat(path.join(folder, name))).size / 1e6, 1) })),
  );
}

function told([first, ...windows], packed) {
  const whole = ({ load, call, finish }) => load + call + finish;
  const row = (what, pick) => {
    const samples = windows.map(pick);
    return { what, first_ms: pick(first), p50_ms: median(samples), max_ms: Math.max(...samples) };
  };
  return {
    rows: [
      row("loading its code", ({ load }) => load),
      row("activate()", ({ call }) => call),
      row("until it has resolved", ({ finish }) => finish),
      row("all", whole),
    ],
    figures: [
      atMost(
        "activation, p50 of the windows",
        median(windows.map(whole)),
        60,
        "ms",
        `${whole(first)} ms in the first window after installing`,
      ),
      ...packed.map(({ name, mb }) => atMost(`package ${name}`, mb, 12, "MB")),
    ],
  };
}
