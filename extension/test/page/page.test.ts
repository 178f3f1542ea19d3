import assert from "node:assert/strict";
import type { Chip } from "../../src/chat/composerMessages";
import type { Turn, TurnEvent } from "../../src/chat/turns";
import { play } from "./play";

const asked = (turn: string, user: string, context: string[] = []): TurnEvent => ({
  kind: "asked",
  turn,
  user,
  context,
});
const text = (turn: string, said: string): TurnEvent => ({ kind: "text", turn, text: said });
const done = (turn: string): TurnEvent => ({ kind: "done", turn });

const chip = (label: string): Chip => ({ id: label, kind: "selection", label, title: `src/${label}` });

const ANSWER = `It adds the items up, one by one. Python has a function for that:

\`\`\`python calc.py
def total(items: list[int]) -> int:
    """The sum of all items."""
    return sum(items)
\`\`\`

- \`sum\` works on **any** iterable
- an empty list gives \`0\`

See [the documentation](https://docs.python.org/3/library/functions.html#sum).`;

play("a question is sent, its answer streams, and Send is Stop meanwhile", {}, async (chat) => {
  await chat.begin({ chips: [chip("selection: calc.py 1–5")] });
  await chat.input.fill("What does this do?");
  await chat.input.press("Enter");
  assert.deepEqual(await chat.posted("send"), [{ type: "send", text: "What does this do?", about: "chips" }]);
  assert.equal(await chat.input.inputValue(), "");
  await chat.events(asked("1", "What does this do?", ["calc.py 1–5"]));
  await chat.input.fill("next");
  await chat.input.press("Enter");
  assert.equal((await chat.posted("send")).length, 1, "one answer at a time");
  assert.equal(await chat.input.inputValue(), "next", "and the text stays");
  await chat.page.getByRole("button", { name: "Stop" }).click();
  assert.equal((await chat.posted("stop")).length, 1);
  await chat.events(text("1", ANSWER), done("1"));
  await chat.page.getByRole("button", { name: "Send" }).click();
  assert.deepEqual((await chat.posted("send"))[1], { type: "send", text: "next", about: "chips" });
});

play("what is over a code block copies, inserts and opens exactly the code", {}, async (chat) => {
  await chat.begin();
  await chat.events(asked("1", "How?"), text("1", ANSWER), done("1"));
  const code = 'def total(items: list[int]) -> int:\n    """The sum of all items."""\n    return sum(items)';
  const block = chat.page.locator(".code");
  await block.hover();
  await block.getByRole("button", { name: "Copy" }).click();
  await block.getByRole("button", { name: "Insert at Cursor" }).click();
  await block.getByRole("button", { name: "New File" }).click();
  await chat.page.getByRole("button", { name: "Copy Answer" }).click();
  assert.deepEqual(await chat.posted("copy"), [
    { type: "copy", text: code },
    { type: "copy", text: ANSWER },
  ]);
  assert.deepEqual(await chat.posted("insert"), [{ type: "insert", text: code }]);
  assert.deepEqual(await chat.posted("newFile"), [{ type: "newFile", text: code, language: "python" }]);
  await chat.page.getByRole("link").click();
  assert.deepEqual(await chat.posted("openLink"), [
    { type: "openLink", url: "https://docs.python.org/3/library/functions.html#sum" },
  ]);
});

play(
  "4,000 tokens stream: what is finished is never touched again, and what is out of sight is not there",
  {},
  async (chat) => {
    await chat.begin();
    await chat.events(
      asked("1", "First"),
      text("1", ANSWER),
      done("1"),
      asked("2", "Second"),
      text("2", "Begin.\n\n".repeat(40)),
    );
    await chat.page.locator(".token-keyword").first().waitFor();
    await chat.input.fill("typed meanwhile");
    const drawn = await chat.page.evaluate(async () => {
      const seen = globalThis as unknown as { touched: string[] };
      seen.touched = [];
      const observer = new MutationObserver((changes) => {
        for (const { type, target } of changes)
          seen.touched.push(`${type} ${target.parentElement?.className} ${target.textContent}`);
      });
      const watch = (part: Node) =>
        observer.observe(part, { subtree: true, childList: true, characterData: true, attributes: true });
      // A reader who is at the top stays there, and so does what is read.
      const area = document.querySelector(".turns") as Element;
      area.scrollTop = 0;
      await new Promise(requestAnimationFrame);
      await new Promise(requestAnimationFrame);
      for (const part of [".question", ".answer", ".composer"]) watch(document.querySelector(part) as Node);
      const words = "The quick brown fox jumps over the lazy dog.\n\n```js\nlet a = 1;\n```\n\n".split(/(?<= )/);
      let most = 0;
      for (let sent = 0; sent < 4_000; ) {
        for (let piece = 0; piece < 16 && sent < 4_000; piece++, sent++) {
          const said = { kind: "text", turn: "2", text: words[sent % words.length] };
          window.postMessage({ type: "events", events: [said] }, "*");
        }
        await new Promise(requestAnimationFrame);
        most = Math.max(most, document.querySelectorAll("[data-row]").length);
      }
      return most;
    });
    await chat.tell();
    const touched = await chat.page.evaluate(() => (globalThis as unknown as { touched: string[] }).touched);
    assert.deepEqual(touched, []);
    assert.ok(drawn < 150, `${drawn} rows`);
    assert.equal(await chat.input.inputValue(), "typed meanwhile");
    await chat.page.locator(".newest").click();
    await chat.page.locator(".code").last().scrollIntoViewIfNeeded();
    assert.match((await chat.page.locator(".turns").innerText()).trimEnd(), /let a = 1;\s*$|dog\.\s*$|\w+\s*$/);
  },
);

play("the end stays in sight for a reader who is there, and only then", { height: 400 }, async (chat) => {
  await chat.begin();
  await chat.events(asked("1", "Long?"), text("1", "line\n\n".repeat(60)));
  const below = () =>
    chat.page.evaluate(() => {
      const area = document.querySelector(".turns") as Element;
      return Math.round(area.scrollHeight - area.scrollTop - area.clientHeight);
    });
  assert.ok((await below()) <= 1);
  await chat.page.mouse.move(100, 100);
  await chat.page.mouse.wheel(0, -500);
  await chat.page.locator(".newest").waitFor();
  const top = await chat.page.evaluate(() => document.querySelector(".turns")?.scrollTop);
  await chat.events(text("1", "line\n\n".repeat(20)));
  assert.equal(await chat.page.evaluate(() => document.querySelector(".turns")?.scrollTop), top);
  await chat.page.locator(".newest").click();
  await chat.events(text("1", "line\n\n".repeat(20)));
  assert.ok((await below()) <= 1);
});

play("Hangul: one Enter in the middle of a syllable sends once, with the whole text", {}, async (chat) => {
  await chat.begin();
  await chat.input.focus();
  const keyboard = await chat.page.context().newCDPSession(chat.page);
  const compose = (syllable: string) =>
    keyboard.send("Input.imeSetComposition", { text: syllable, selectionStart: 1, selectionEnd: 1 });
  const commit = (syllable: string) => keyboard.send("Input.insertText", { text: syllable });
  const key = (type: "rawKeyDown" | "keyUp", windowsVirtualKeyCode: number) =>
    keyboard.send("Input.dispatchKeyEvent", { type, key: "Enter", code: "Enter", windowsVirtualKeyCode });

  const endings = {
    "one keydown": async () => {
      await key("rawKeyDown", 229);
      await commit("상");
      await key("keyUp", 13);
    },
    "two keydowns": async () => {
      await key("rawKeyDown", 229);
      await commit("상");
      await key("rawKeyDown", 13);
      await key("keyUp", 13);
    },
    "the keydown after the composition": async () => {
      await commit("상");
      await key("rawKeyDown", 229);
      await key("keyUp", 13);
    },
  };
  let sent = 0;
  for (const [name, press] of Object.entries(endings)) {
    await compose("ㄱ");
    await compose("가");
    await commit("가");
    await compose("ㅅ");
    await compose("사");
    // What is drawn meanwhile must not cut the composition.
    await chat.events(asked(`note${sent}`, "other"), done(`note${sent}`));
    await chat.tell({ type: "chips", chips: [chip(`selection: a.py ${sent + 1}`)] });
    await compose("상");
    await press();
    sent += 1;
    await chat.page.waitForFunction(
      (count) => {
        const { posted } = globalThis as unknown as { posted: { type: string }[] };
        return posted.filter(({ type }) => type === "send").length >= count;
      },
      sent,
      { timeout: 3_000 },
    );
    await chat.tell();
    assert.deepEqual(
      (await chat.posted("send")).map((message) => message.text),
      Array(sent).fill("가상"),
      name,
    );
    assert.equal(await chat.input.inputValue(), "", name);
  }
});

play("the input grows to eight lines; Shift+Enter is a new line", {}, async (chat) => {
  await chat.begin();
  const height = () => chat.input.evaluate((field) => field.getBoundingClientRect().height);
  const one = await height();
  await chat.input.pressSequentially("a");
  await chat.input.press("Shift+Enter");
  await chat.input.pressSequentially("b");
  assert.equal(await chat.input.inputValue(), "a\nb");
  const line = (await height()) - one;
  assert.ok(line > 10);
  await chat.input.fill(Array(20).fill("x").join("\n"));
  assert.ok(Math.abs((await height()) - (one + 7 * line)) < line / 2, `${await height()}`);
  await chat.input.press("Enter");
  assert.ok(Math.abs((await height()) - one) < 1);
  assert.equal((await chat.posted("send")).length, 1);
});

play("a draft and the turns outlive a reload", {}, async (chat) => {
  await chat.begin();
  await chat.events(asked("1", "Remember me"), text("1", "Always."), done("1"));
  await chat.input.fill("half a quest");
  await chat.toldDraft("half a quest");
  await chat.keptAnswer("Always.");
  await chat.reload();
  const [ready] = await chat.posted("ready");
  assert.equal(ready?.kept?.turns[0]?.answer, "Always.");
  await chat.begin({ draft: "half a quest" });
  assert.equal(await chat.input.inputValue(), "half a quest");
});

play("a draft is told at once when the page is left", {}, async (chat) => {
  await chat.begin();
  const told = await chat.input.evaluate((field) => {
    (field as HTMLTextAreaElement).value = "half";
    field.dispatchEvent(new InputEvent("input", { bubbles: true }));
    window.dispatchEvent(new Event("blur"));
    return (globalThis as unknown as { posted: unknown[] }).posted.at(-1);
  });
  assert.deepEqual(told, { type: "draft", text: "half" });
});

play("a draft that comes late does not touch what is being typed", {}, async (chat) => {
  await chat.input.fill("newer");
  await chat.begin({ draft: "older" });
  assert.equal(await chat.input.inputValue(), "newer");
});

play("an empty conversation offers three things to try", {}, async (chat) => {
  const suggestions = ["Explain what calc.py does", "Look for mistakes in calc.py", "Write tests for calc.py"];
  await chat.begin({ suggestions: suggestions.map((one) => ({ text: one, aboutFile: true })) });
  await chat.page.getByRole("button", { name: "Look for mistakes" }).click();
  assert.deepEqual(await chat.posted("send"), [{ type: "send", text: suggestions[1], about: "file" }]);
});

play("a failure says what to do, and asks again; grey lines stand under the answer", {}, async (chat) => {
  await chat.begin();
  const sentence = "The server cannot be reached. Check its address and whether it runs.";
  await chat.events(asked("1", "Why?"), { kind: "note", turn: "1", line: "Shortened." });
  await chat.events({ kind: "failed", turn: "1", sentence, code: "unreachable" });
  assert.equal(await chat.page.getByRole("alert").locator("p").textContent(), sentence);
  assert.equal(await chat.page.locator(".reply .grey").textContent(), "Shortened.");
  await chat.page.getByRole("button", { name: "Try Again" }).click();
  assert.deepEqual(await chat.posted("retry"), [{ type: "retry", turn: "1" }]);
});

play("no answer brings anything into the page but text", { height: 4_000 }, async (chat) => {
  await chat.begin();
  const attacks = [
    "<script>window.broken = 1</script>",
    "<img src=x onerror=window.broken=1>",
    "<svg onload=window.broken=1><style>*{display:none}</style></svg>",
    "<iframe srcdoc='<script>parent.broken=1</script>'></iframe>",
    "<a href='javascript:window.broken=1'>x</a>",
    "[x](javascript:window.broken=1)",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "![x](https://example.com/x.png)",
    "[x]: javascript:alert(1)\n\n[x]",
    "```html\n<script>window.broken = 1</script>\n```",
    '```"><script>window.broken=1</script>\nx\n```',
    "<style>@import 'https://example.com/x.css'</style>",
    "<form action='https://example.com'><button>x</button></form>",
    '<base href="https://example.com/">',
    "`<b onmouseover=window.broken=1>`",
    "| <img src=x onerror=window.broken=1> |\n|-|\n| <script>window.broken=1</script> |",
  ];
  for (const [at, attack] of attacks.entries()) {
    const id = `t${at}`;
    await chat.events(
      asked(id, attack, [attack]),
      text(id, attack),
      { kind: "note", turn: id, line: attack },
      done(id),
    );
  }
  const found = await chat.page.evaluate(() => ({
    broken: "broken" in window,
    elements: document.querySelectorAll(
      ".turns :is(script, style, img, svg, iframe, form, base, object, embed, [onerror], [onload], [onmouseover])",
    ).length,
    links: [...document.querySelectorAll(".turns [href]")].filter(
      (link) => !/^https:/.test(link.getAttribute("href") ?? ""),
    ).length,
  }));
  assert.deepEqual(found, { broken: false, elements: 0, links: 0 });
  assert.equal(await chat.page.locator(".turn").count(), attacks.length);
});

play("a screen reader hears the answer by sentences", {}, async (chat) => {
  await chat.begin();
  const heard = () => chat.page.getByRole("status").textContent();
  await chat.events(asked("1", "?"), text("1", "It is so. And"));
  assert.equal(await heard(), "It is so.");
  await chat.events(text("1", " more"), done("1"));
  assert.equal(await heard(), "And more");
});

const conversation: Turn[] = [
  {
    id: "1",
    user: "이 함수는 뭘 하는 거야?",
    context: ["calc.py 1–5"],
    answer: ANSWER.replace(
      "It adds the items up, one by one. Python has a function for that:",
      "항목을 하나씩 더해요. 파이썬에는 이미 그런 함수가 있어요:",
    ),
    notes: ["대화가 길어서 가장 오래된 메시지는 빼고 답했어요."],
    state: { kind: "done" },
  },
  {
    id: "2",
    user: "And the mean?\nOf an empty list, too.",
    context: [],
    answer: "| items | mean |\n|---|---|\n| `[1, 3]` | 2 |\n| `[]` | *error* |\n\n> Check for the empty list first.",
    notes: [],
    state: { kind: "stopped" },
  },
  {
    id: "3",
    user: "Write it",
    context: [],
    answer: "```\ndef mean(items):\n    return total(items) / len(items)\n```",
    notes: [],
    state: { kind: "failed", sentence: "The answer broke off before its end. Try again.", code: "upstream_incomplete" },
  },
  { id: "4", user: "Go on", context: [], answer: "", notes: [], state: { kind: "waiting", line: "" } },
];

for (const theme of ["dark", "light", "highContrast"] as const) {
  for (const width of [240, 420]) {
    play(
      `nothing is wider than ${width} pixels (${theme})`,
      { theme, width, height: 900, korean: theme === "light" },
      async (chat) => {
        await chat.begin({
          conversation: { turns: conversation, line: "This is what the editor kept." },
          chips: [chip("selection: a-rather-long-name-of-a-file.component.ts 10–24"), chip("calc.py")],
        });
        await chat.input.fill("What about a long question that takes more than one line here?");
        await chat.page.locator(".code").first().hover();
        const wide = await chat.page.evaluate(() => {
          const limit = document.documentElement.clientWidth;
          const scrolls = ".code pre, .code pre *, .table, .table *";
          return [...document.querySelectorAll("body *")]
            .filter((element) => !element.matches(scrolls) && element.getBoundingClientRect().right > limit + 0.5)
            .map((element) => element.className || element.tagName);
        });
        await chat.screenshot(`${theme}-${width}`);
        assert.deepEqual(wide, []);
        assert.equal(await chat.page.evaluate(() => document.documentElement.scrollWidth), width);
      },
    );
  }
}

// A panel of 240 pixels on a screen that shows everything twice as large has half of them.
play("at 200 % nothing is lost to the side either", { width: 120, height: 500 }, async (chat) => {
  await chat.begin({ conversation: { turns: conversation } });
  const limit = await chat.page.evaluate(() => document.documentElement.scrollWidth);
  await chat.screenshot("zoomed");
  assert.equal(limit, 120);
});

play("an empty page in Korean", { korean: true, width: 300 }, async (chat) => {
  const suggestions = [
    "calc.py 파일이 하는 일을 설명해 줘",
    "calc.py 파일에서 잘못된 곳을 찾아 줘",
    "calc.py 파일의 테스트를 작성해 줘",
  ];
  await chat.begin({ suggestions: suggestions.map((one) => ({ text: one, aboutFile: true })) });
  await chat.screenshot("empty-korean");
  assert.equal(await chat.page.getByRole("heading").textContent(), "CodeSaga에게 물어보기");
});
