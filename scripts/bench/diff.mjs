// A proposed edit of a long file beside the editor's own diff of the same file, in the real editor: how long until the
// difference is drawn. Ours counts from the moment the model speaks, so the way through proxy and engine is in it; the
// editor's, *Compare Active File with Saved*, counts from its key.

import { openScene } from "../../tests/end-to-end/harness/scene.mjs";
import { atMost } from "./figures.mjs";
import { percentile, rounded } from "./statistics.mjs";

const LINES = 10_000;
const ROUNDS = 7;
const AT = 5001;
const FILE = "long.py";

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
  });
  const samples = { editor: [], ours: [] };
  try {
    await scene.workbench.waitForStatus("sparkle");
    for (let round = 0; round <= ROUNDS; round += 1) {
      detail(`${round}/${ROUNDS}`);
      const [editor, ours] = [await editorsOwn(scene), await proposed(scene, lines)];
      // The first of each loads code of the editor's.
      if (round === 0) continue;
      samples.editor.push(editor);
      samples.ours.push(ours);
    }
  } finally {
    await scene.close();
  }
  return told(samples);
}

async function editorsOwn({ workbench }) {
  await workbench.open(FILE, AT, 1);
  await workbench.press("End");
  await workbench.type("x", 0);
  await workbench.page.locator(".tab.active.dirty").waitFor();
  await workbench.press("Control+k");
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
  const drawn = watch(workbench.page);
  const from = Date.now();
  await scripted.release();
  const took = (await drawn) - from;
  await workbench.titleButton("Discard").click();
  await workbench.waitForNoDiff();
  return took;
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

function told({ editor, ours }) {
  const row = (what, took) => ({
    what,
    p50_ms: rounded(percentile(took, 0.5), 0),
    p95_ms: rounded(percentile(took, 0.95), 0),
  });
  const [alone, beside] = [row("the editor's own diff", editor), row("a proposed edit", ours)];
  return {
    rows: [alone, beside],
    figures: [
      atMost(
        `Diff of ${LINES.toLocaleString("en")} lines to open beside the editor's own`,
        beside.p50_ms - alone.p50_ms,
        50,
        "ms",
        `${alone.p50_ms} ms alone, ${beside.p50_ms} ms ours from the model's first word`,
      ),
    ],
  };
}
