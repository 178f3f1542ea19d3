import assert from "node:assert/strict";
import type { Turn, TurnEvent } from "../../src/chat/turns";
import type { ChatPage } from "./browser";
import { play } from "./play";

const turn = (id: string, user: string, answer: string, more: Partial<Turn> = {}): Turn => ({
  id,
  user,
  context: [],
  answer,
  notes: [],
  state: { kind: "done" },
  request: `r${id}`,
  ...more,
});

const PYTHON =
  '```python calc.py\n@cache\ndef total(items: list[int]) -> int:\n    """The sum."""\n    return sum(items) + 1  # 왜?\n```';

/** 200 turns of 50 lines: ten thousand lines. */
const LONG = Array.from({ length: 200 }, (_, at) =>
  turn(
    `${at}`,
    `Question ${at}`,
    `Answer ${at}\n\n${"A line of prose that says little.\n\n".repeat(20)}\`\`\`js\n${"let a = 1;\n".repeat(8)}\`\`\``,
  ),
);

const rows = (chat: ChatPage) => chat.page.locator("[data-row]").count();
const visible = (chat: ChatPage) =>
  chat.page.evaluate(() => {
    const area = (document.querySelector(".turns") as Element).getBoundingClientRect();
    const element = document.elementFromPoint(area.left + 40, area.top + area.height / 2);
    const row = element?.closest<HTMLElement>("[data-row]");
    return row ? { row: row.dataset.row ?? "", top: Math.round(row.getBoundingClientRect().top) } : undefined;
  });

play("of ten thousand lines only those near the view are in the page, wherever that is", {}, async (chat) => {
  await chat.begin({ conversation: { session: "s", turns: LONG } });
  assert.ok((await rows(chat)) < 150, "at the end");
  assert.match((await visible(chat))?.row ?? "", /^199\//);
  const places: string[] = [];
  for (const share of [0, 0.25, 0.5, 0.75]) {
    await chat.page.evaluate((to) => {
      const area = document.querySelector(".turns") as Element;
      area.scrollTop = area.scrollHeight * to;
    }, share);
    await chat.page.waitForFunction(() => {
      const area = (document.querySelector(".turns") as Element).getBoundingClientRect();
      return document.elementFromPoint(area.left + 40, area.top + area.height / 2)?.closest("[data-row]");
    });
    places.push((await visible(chat))?.row.split("/")[0] ?? "");
    assert.ok((await rows(chat)) < 200, `${await rows(chat)} rows at ${share}`);
  }
  const numbers = places.map(Number);
  assert.equal(numbers[0], 0);
  for (const [at, share] of [0.25, 0.5, 0.75].entries()) {
    assert.ok(Math.abs((numbers[at + 1] ?? 0) / 200 - share) < 0.06, places.join());
  }
  assert.equal(await chat.page.locator(".turn").first().getAttribute("aria-setsize"), "200");
});

play("what is read stays where it is while the rows above it turn out higher", {}, async (chat) => {
  await chat.begin({ conversation: { session: "s", turns: LONG } });
  await chat.page.evaluate(() => {
    (document.querySelector(".turns") as Element).scrollTop = 40_000;
  });
  await chat.tell();
  await chat.page.mouse.move(100, 200);
  for (let step = 0; step < 12; step++) {
    const was = await visible(chat);
    await chat.page.mouse.wheel(0, -300);
    await chat.tell();
    await chat.tell();
    const now = await chat.page.evaluate((row) => {
      const element = document.querySelector(`[data-row="${row}"]`);
      return element && Math.round(element.getBoundingClientRect().top);
    }, was?.row);
    assert.ok(Math.abs((now ?? 0) - ((was?.top ?? 0) + 300)) <= 3, `step ${step}: ${was?.top} became ${now}`);
  }
});

play("what holds the focus stays, however far it is scrolled", {}, async (chat) => {
  await chat.begin({ conversation: { session: "s", turns: LONG } });
  await chat.page.locator('[data-row="199/0"] .edit-question').focus();
  await chat.page.evaluate(() => {
    (document.querySelector(".turns") as Element).scrollTop = 0;
  });
  await chat.page.locator('[data-row="0/0"]').waitFor();
  assert.equal(await chat.page.evaluate(() => document.activeElement?.className.includes("edit-question")), true);
});

for (const theme of ["dark", "light", "highContrast"] as const) {
  play(`code has colours, and every character of it is there (${theme})`, { theme, height: 800 }, async (chat) => {
    const kinds = ["python", "ts", "rust", "html", "sql"];
    const code: Record<string, string> = {
      python: PYTHON,
      ts: "```ts\nexport function first<T>(items: readonly T[]): T | undefined {\n  // 첫째\n  return items.length > 0 ? items[0] : undefined;\n}\n```",
      rust: '```rust\npub fn main() -> Result<(), Error> {\n    let name = "세계";\n    println!("hello {name}");\n    Ok(())\n}\n```',
      html: '```html\n<a href="x" class="b">text</a>\n```',
      sql: "```sql\nSELECT name, 42 FROM users WHERE id = 'a';\n```",
    };
    await chat.begin({
      conversation: { session: "s", turns: [turn("1", "Show me", kinds.map((kind) => code[kind]).join("\n\n"))] },
    });
    await chat.page.locator(".token-keyword").nth(4).waitFor();
    const shown = await chat.page.locator(".code code").allTextContents();
    assert.deepEqual(
      shown,
      kinds.map((kind) => (code[kind] ?? "").split("\n").slice(1, -1).join("\n")),
    );
    await chat.screenshot(`code-${theme}`);
  });
}

play("an answer that streams keeps its colours up to its last word", {}, async (chat) => {
  await chat.begin();
  await chat.page.waitForFunction(() => window.codesagaReadLines);
  const said = (text: string): TurnEvent => ({ kind: "text", turn: "1", text });
  await chat.events({ kind: "asked", turn: "1", user: "?", context: [] }, said("```py"), said("thon\ndef f"));
  assert.deepEqual(await chat.page.locator(".code [class^=token-]").allTextContents(), ["def", "f"]);
  await chat.events(said('oo():\n    """open\nstill open\n'), said("more"));
  assert.deepEqual(await chat.page.locator(".token-string").allTextContents(), ['"""open', "still open", "more"]);
});

play("a question is edited in its place, and what is typed is told at once", {}, async (chat) => {
  await chat.begin({
    conversation: { session: "s", turns: [turn("1", "Why?", "Because."), turn("2", "And?", "So.")] },
  });
  await chat.page.locator(".question").first().hover();
  await chat.screenshot("question-bar");
  await chat.page.getByRole("button", { name: "Edit Question" }).first().click();
  const box = chat.page.locator(".edit-box textarea");
  assert.equal(await box.inputValue(), "Why?");
  assert.equal(await box.evaluate((field) => field === document.activeElement), true);
  await box.fill("왜 그래?");
  assert.deepEqual((await chat.posted("editDraft")).at(-1), { type: "editDraft", turn: "r1", text: "왜 그래?" });
  await chat.screenshot("editing");
  const edge = () =>
    chat.page
      .locator(".question")
      .first()
      .evaluate((one) => getComputedStyle(one).borderColor);
  const focused = await edge();
  await chat.page.locator(".composer textarea").focus();
  assert.notEqual(await edge(), focused, "one ring, where the keys go");
  await box.press("Enter");
  assert.deepEqual(await chat.posted("askAgain"), [{ type: "askAgain", turn: "1", text: "왜 그래?" }]);
  assert.equal(await box.inputValue(), "왜 그래?", "until the server has agreed");
  await chat.tell({ type: "conversation", conversation: { session: "t", turns: [] } });
  assert.equal(await box.count(), 0);
  assert.deepEqual((await chat.posted("editDraft")).at(-1), { type: "editDraft", turn: "", text: "" });
});

play("Escape gives the question back as it was, and the focus to where it came from", {}, async (chat) => {
  await chat.begin({ conversation: { session: "s", turns: [turn("1", "Why?", "Because.")] } });
  await chat.page.locator(".edit-question").focus();
  await chat.page.keyboard.press("Enter");
  await chat.page.locator(".edit-box textarea").fill("other");
  await chat.page.keyboard.press("Escape");
  await chat.page.waitForFunction(() => document.activeElement?.className.includes("edit-question"));
  assert.equal(await chat.page.locator(".question p").textContent(), "Why?");
});

play("an edited question outlives a reload, and another conversation in between", {}, async (chat) => {
  const conversation = { session: "s", turns: [turn("1", "Why?", "Because.")] };
  await chat.begin({ conversation, edited: { turn: "r1", text: "half a" } });
  assert.equal(await chat.page.locator(".edit-box textarea").inputValue(), "half a");
  await chat.tell({ type: "conversation", conversation: { session: "t", turns: [turn("9", "x", "y")] } });
  assert.equal(await chat.page.locator(".edit-box").count(), 0);
  // The server gives its turns other ids here.
  const back = { session: "s", turns: [turn("remembered-0", "Why?", "Because.", { request: "r1" })] };
  await chat.tell({ type: "conversation", conversation: back });
  assert.equal(await chat.page.locator(".edit-box textarea").inputValue(), "half a");
});

play("versions are gone through one by one", { width: 300 }, async (chat) => {
  const turns = [turn("1", "Why?", "Because."), turn("2", "And how?", "So.", { facts: "12 tokens read" })];
  const branches = [{ after: "r1", sessions: ["a", "b", "c"], at: 1 }];
  await chat.begin({ conversation: { session: "b", turns, branches } });
  const versions = chat.page.locator(".versions");
  assert.equal(await versions.count(), 1);
  assert.equal(await versions.innerText(), "2/3");
  assert.equal(await versions.getAttribute("aria-label"), "Version 2 of 3");
  await chat.screenshot("versions");
  await chat.page.getByRole("button", { name: "Later Version" }).click();
  await chat.page.getByRole("button", { name: "Earlier Version" }).click();
  assert.deepEqual(
    (await chat.posted("show")).map(({ session }) => session),
    ["c", "a"],
  );
});

play("an answer is judged, asked again, deleted and applied", {}, async (chat) => {
  await chat.begin({ conversation: { session: "s", turns: [turn("1", "Why?", PYTHON)] } });
  await chat.page.locator(".turn").hover();
  await chat.page.getByRole("button", { name: "Not Helpful…" }).click();
  await chat.page.getByRole("button", { name: "Helpful", exact: true }).click();
  assert.deepEqual(
    (await chat.posted("vote")).map(({ verdict }) => verdict),
    ["down", "up"],
  );
  await chat.events({ kind: "voted", turn: "1", verdict: "up" });
  assert.equal(await chat.page.getByRole("button", { pressed: true }).getAttribute("aria-label"), "Helpful");
  await chat.page.getByRole("button", { name: "Answer Again" }).click();
  assert.deepEqual(await chat.posted("askAgain"), [{ type: "askAgain", turn: "1" }]);
  await chat.page.getByRole("button", { name: "Delete Question and Answer" }).click();
  assert.deepEqual(await chat.posted("remove"), [{ type: "remove", turn: "1" }]);
  await chat.page.getByRole("button", { name: "Apply to File…" }).click();
  const [applied] = await chat.posted("apply");
  assert.deepEqual([applied?.turn, applied?.file], ["1", "calc.py"]);
  assert.match(applied?.text ?? "", /^@cache\ndef total/);
});

play("code is not applied before it is whole", {}, async (chat) => {
  await chat.begin();
  await chat.events(
    { kind: "asked", turn: "1", user: "?", context: [] },
    { kind: "text", turn: "1", text: "In `a.py`:\n\n```py\nx" },
  );
  assert.equal(await chat.page.getByRole("button", { name: "Apply to File…" }).isDisabled(), true);
  assert.equal(await chat.page.locator(".code-name").textContent(), "a.py");
  await chat.events({ kind: "text", turn: "1", text: "\n```" }, { kind: "done", turn: "1" });
  assert.equal(await chat.page.getByRole("button", { name: "Apply to File…" }).isDisabled(), false);
});

play("one reason is said once, and each question can be asked again", {}, async (chat) => {
  const state = { kind: "failed", sentence: "The server cannot be reached.", code: "unreachable" } as const;
  await chat.begin({
    conversation: { session: "s", turns: [turn("1", "a", "", { state }), turn("2", "b", "", { state })] },
  });
  assert.equal(await chat.page.getByText("The server cannot be reached.").count(), 1);
  assert.equal(await chat.page.getByRole("alert").count(), 1);
  await chat.page.getByRole("button", { name: "Try Again" }).last().click();
  assert.deepEqual(await chat.posted("retry"), [{ type: "retry", turn: "2" }]);
});
