/** What axe-core finds in every state of the page, in every kind of theme: nothing. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import type { AxeResults } from "axe-core";
import type { Chip, Offer } from "../../src/chat/composerMessages";
import type { Turn } from "../../src/chat/turns";
import { type Bench, type ChatPage, startBench } from "./browser";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

let bench: Bench;
before(async () => {
  bench = await startBench();
});
after(() => bench?.close());

const chips: Chip[] = [
  { id: "1", kind: "file", label: "calc.py", title: "src/calc.py" },
  { id: "2", kind: "selection", label: "selection: calc.py 1–5", title: "src/calc.py" },
];
const offers: Offer[] = [
  { kind: "file", label: "calc.py", detail: "src", positions: [0, 1], insert: "@calc.py ", goesOn: false },
  { kind: "command", label: "/explain", detail: "Explain it", positions: [], insert: "/explain ", goesOn: false },
];
const answer =
  "# Sum\n\nA **sum** of `items`:\n\n```python calc.py\ndef total(items):\n    return sum(items)\n```\n\n1. [one](https://example.com)\n2. two\n\n> quoted\n\n| a | b |\n|---|---|\n| 1 | 2 |";
const turn = (id: string, part: Partial<Turn>): Turn => ({
  id,
  user: "What does this do?",
  context: ["calc.py 1–5"],
  answer,
  notes: ["Shortened."],
  state: { kind: "done" },
  ...part,
});

const STATES: Record<string, (chat: ChatPage) => Promise<void>> = {
  "nothing said yet": (chat) =>
    chat.begin({ suggestions: [{ text: "Explain what calc.py does", aboutFile: true }], chips }),
  "a conversation": async (chat) => {
    await chat.begin({ conversation: { turns: [turn("1", {})], line: "This is what the editor kept." }, chips });
    await chat.page.locator(".code").first().hover();
  },
  waiting: (chat) =>
    chat.begin({
      conversation: {
        turns: [
          turn("1", { state: { kind: "stopped" } }),
          turn("2", { answer: "", state: { kind: "waiting", line: "" } }),
        ],
      },
    }),
  failed: (chat) =>
    chat.begin({
      conversation: {
        turns: [turn("1", { state: { kind: "failed", sentence: "Not reached.", code: "unreachable" } })],
      },
    }),
  "the list open, and a notice": async (chat) => {
    await chat.begin({ chips });
    await chat.input.pressSequentially("@c");
    const { ask } = await chat.told("complete", 2);
    await chat.tell({ type: "offers", ask, offers }, { type: "notice", line: ".env is a private file." });
    await chat.input.press("ArrowDown");
  },
};

for (const theme of ["dark", "light", "highContrast"] as const) {
  for (const [state, bring] of Object.entries(STATES)) {
    test(`${state} (${theme})`, async () => {
      const chat = await bench.open({ theme, height: 900 });
      try {
        await bring(chat);
        await chat.screenshot(`axe-${state.replaceAll(/\W+/g, "-")}-${theme}`);
        assert.deepEqual(await findings(chat), []);
      } finally {
        await chat.page.close();
      }
    });
  }
}

test("at twice the size everything is still there, and nothing sideways", async () => {
  // What 200 % of zoom leaves of a panel 480 pixels wide and 700 high.
  const chat = await bench.open({ width: 240, height: 350 });
  try {
    await STATES["the list open, and a notice"]?.(chat);
    await chat.screenshot("zoomed");
    const seen = await chat.page.evaluate(() => {
      const inside = (element: Element) => {
        const { top, bottom, left, right } = element.getBoundingClientRect();
        return top >= 0 && left >= 0 && bottom <= window.innerHeight && right <= window.innerWidth;
      };
      return [".offers", ".composer textarea", ".send", ".chips"].map((name) =>
        inside(document.querySelector(name) as Element),
      );
    });
    assert.deepEqual(seen, [true, true, true, true]);
    assert.deepEqual(await findings(chat), []);
  } finally {
    await chat.page.close();
  }
});

test("where less motion is wanted, nothing moves", async () => {
  const chat = await bench.open();
  try {
    await chat.page.emulateMedia({ reducedMotion: "reduce" });
    await STATES.waiting?.(chat);
    const moving = await chat.page.evaluate(() => document.getAnimations().length);
    assert.equal(moving, 0);
  } finally {
    await chat.page.close();
  }
});

/** Each as `rule: element`; the page itself is a part of the editor's, so rules about whole documents do not apply. */
async function findings(chat: ChatPage): Promise<string[]> {
  await chat.page.evaluate(axe);
  const results = (await chat.page.evaluate(
    "axe.run(document, { resultTypes: ['violations'], rules: { 'page-has-heading-one': { enabled: false } } })",
  )) as AxeResults;
  return results.violations.flatMap(({ id, impact, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${impact} ${id}: ${target} ${failureSummary}`),
  );
}
