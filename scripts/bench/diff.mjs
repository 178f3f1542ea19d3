// A proposed edit of a long file beside `vscode.diff` alone, as the smallest extension would call it, and beside the
// editor's own diff of the same file, in the real editor: how long until the difference is drawn. Ours counts from the
// moment the model speaks, so the way through proxy and engine is in it; the others count from their key.

import path from "node:path";
import { openScene } from "../../tests/end-to-end/harness/scene.mjs";
import { root } from "../lib/places.mjs";
import { atMost } from "./figures.mjs";
import { percentile, rounded } from "./statistics.mjs";

const LINES = 10_000;
const ROUNDS = 7;
const AT = 5001;
const FILE = "long.py";
const IDLE_TIMES = 10;

export async function diff({ detail }) {
  const lines = Array.from({ length: LINES / 4 }, (_, index) => [
    `def step${index}(value):`,
    `    """${index}번째 단계."""`,
    `    return value + ${index}`,
    "",
  ]).flat();
  const scene = await openScene({
    name: "bench-diff",
    files: { [FILE]: lines.join("\n") },
    settings: { "files.autoSave": "off", "codesaga.completion.enabled": false },
    beside: path.join(root, "scripts", "bench", "diff-alone"),
  });
  const samples = { editor: [], alone: [], ours: [] };
  try {
    await scene.workbench.waitForStatus("sparkle");
    for (let round = 0; round <= ROUNDS; round += 1) {
      detail(`${round}/${ROUNDS}`);
      const took = { editor: await editorsOwn(scene), alone: await alone(scene), ours: await proposed(scene, lines) };
      // The first of each loads code of the editor's.
      if (round === 0) continue;
      for (const [name, ms] of Object.entries(took)) samples[name].push(ms);
    }
  } finally {
    await scene.close();
  }
  return told(samples);
}

async function alone({ workbench }) {
  await workbench.selectLines(FILE, AT, AT + 2);
  await settled(workbench.page);
  const drawn = watch(workbench.page);
  const from = Date.now();
  await workbench.press("Control+Alt+Shift+d");
  const took = (await drawn) - from;
  await workbench.palette("View: Close Editor");
  await workbench.waitForNoDiff();
  return took;
}

async function editorsOwn({ workbench }) {
  await workbench.open(FILE, AT, 1);
  await workbench.press("End");
  await workbench.type("x", 0);
  await workbench.page.locator(".tab.active.dirty").waitFor();
  await workbench.press("Control+k");
  await settled(workbench.page);
  const drawn = watch(workbench.page);
  const from = Date.now();
  await workbench.press("d");
  const took = (await drawn) - from;
  await workbench.palette("View: Close Editor");
  await workbench.waitForNoDiff();
  await workbench.press("Control+z");
  await workbench.page.locator(".tab.active.dirty").waitFor({ state: "detached" });
  return took;
}

async function proposed({ workbench, scripted }, lines) {
  const [head, ...rest] = lines.slice(AT - 1, AT + 2);
  const pieces = [`${head}  # 더 빠르게\n`, ...rest.map((line) => `${line}\n`), "```"];
  await scripted.script([{ pieces, hold_after: 0 }]);
  await workbench.selectLines(FILE, AT, AT + 2);
  await workbench.palette("CodeSaga: Refactor…");
  await workbench.choose("Simplify");
  await scripted.held(0);
  await settled(workbench.page);
  const drawn = watch(workbench.page);
  const from = Date.now();
  await scripted.release();
  const took = (await drawn) - from;
  await workbench.titleButton("Discard").click();
  await workbench.waitForNoDiff();
  return took;
}

/** What was done before is over: the page has had nothing to do several times in a row. */
function settled(page) {
  return page.evaluate(async (times) => {
    for (let time = 0; time < times; time += 1) await new Promise((idle) => requestIdleCallback(idle));
  }, IDLE_TIMES);
}

/** When the first difference is on the screen, looked for at every frame. */
function watch(page) {
  return page.evaluate(
    () =>
      new Promise((resolve) => {
        const look = () => {
          const drawn = document.querySelector(".monaco-diff-editor .modified .line-insert");
          if (drawn) resolve(Date.now());
          else requestAnimationFrame(look);
        };
        requestAnimationFrame(look);
      }),
  );
}

function told({ editor, alone, ours }) {
  const row = (what, took) => ({
    what,
    p50_ms: rounded(percentile(took, 0.5), 0),
    p95_ms: rounded(percentile(took, 0.95), 0),
  });
  const rows = [
    row("the editor's own diff with what is saved", editor),
    row("vscode.diff alone, from an extension", alone),
    row("a proposed edit", ours),
  ];
  const [own, bare, proposal] = rows.map(({ p50_ms: ms }) => ms);
  return {
    rows,
    figures: [
      atMost(
        `Diff of ${LINES.toLocaleString("en")} lines to open beside vscode.diff alone`,
        proposal - bare,
        50,
        "ms",
        `${bare} ms alone, ${proposal} ms ours from the model's first word; ${own} ms the editor's own with what is saved`,
      ),
    ],
  };
}
