// What the pictures show: a file, what the model says, and what a person does.
import { eventually } from "../../tests/end-to-end/harness/eventually.mjs";

/** A class whose last method is still to be written. */
export const cartBegun = `class Cart:
    def __init__(self):
        self.items = []

    def total(self):
        result = 0
        for item in self.items:
            result = result + item.price
        return result

    def cheapest(self):
`;
const cart = `${cartBegun}        
`;
const cheapestLine = 12;
const indented = 9;
const completion = ["min(self.items,", " key=lambda item: item.price)"];
const simplified = ["    def total(self):\n", "        return sum(item.price for item in self.items)\n", "```"];
const words = {
  en: {
    refactor: "CodeSaga: Refactor…",
    simplify: "Simplify",
    chat: "CodeSaga: Open Chat",
    menu: "CodeSaga: Menu",
    question: "How do I add a discount?",
    answer: [
      "Give `total` a rate and take it off at the end:\n\n",
      "```python\ndef total(self, discount=0):\n    full = sum(item.price for item in self.items)\n    return full * (1 - discount)\n```\n",
    ],
  },
  ko: {
    refactor: "CodeSaga: 리팩터링…",
    simplify: "단순화",
    chat: "CodeSaga: 채팅 열기",
    menu: "CodeSaga: 메뉴",
    question: "할인은 어떻게 넣나요?",
    answer: [
      "`total`에 할인율을 받아 마지막에 빼면 돼요.\n\n",
      "```python\ndef total(self, discount=0):\n    full = sum(item.price for item in self.items)\n    return full * (1 - discount)\n```\n",
    ],
  },
};

export const SCENES = {
  files: { "cart.py": cart, "cheapest.py": cart, "typed.py": cart },

  /** Each arranges one picture, and may give what puts things back afterwards. */
  walkthrough: {
    async connect({ workbench }, language) {
      await workbench.open("cart.py", 1, 1);
      await workbench.palette(words[language].menu);
      await workbench.page.locator(".quick-input-list .monaco-list-row").first().waitFor();
      return () => workbench.press("Escape");
    },

    async complete({ workbench, scripted }) {
      await scripted.script([{ pieces: completion }]);
      await workbench.open("cheapest.py", cheapestLine, indented);
      await workbench.type("return ", 150);
      await workbench.waitForGhostText((text) => text === completion.join(""));
      return () => workbench.press("Escape");
    },

    async edit({ workbench, scripted }, language) {
      await scripted.script([{ pieces: simplified }]);
      await workbench.selectLines("cart.py", 5, 9);
      await workbench.palette(words[language].refactor);
      await workbench.choose(words[language].simplify);
      await eventually("the proposal", workbench.visibleText, (text) => text.includes("sum(item.price"));
      return () => workbench.press("Escape");
    },

    async chat({ workbench, scripted }, language) {
      const { chat, question, answer } = words[language];
      await scripted.script([{ contains: question, pieces: answer }]);
      await workbench.open("cart.py", 5, 1);
      await workbench.palette(chat);
      const frame = await workbench.chat();
      await frame.locator(".composer textarea").fill(question);
      await frame.locator(".composer textarea").press("Enter");
      await eventually(
        "the answer",
        () => frame.locator('.turn .reply[aria-busy="false"]').count(),
        (count) => count > 0,
      );
      return undefined;
    },
  },

  /** Somebody types, sees what comes, and takes it. */
  async animation({ workbench, scripted }, frame) {
    // Asked at the first key, so that it is seen while the others are typed.
    await scripted.script([{ pieces: ["return ", ...completion] }]);
    await workbench.palette("View: Close Primary Side Bar");
    await workbench.open("typed.py", cheapestLine, indented);
    await frame(800);
    for (const key of "return ") {
      await workbench.type(key);
      await frame();
    }
    await workbench.waitForGhostText((text) => text.includes("key=lambda"));
    await frame(1600);
    for (const key of "min(") {
      await workbench.type(key);
      await frame(200);
    }
    await frame(800);
    await workbench.press("Tab");
    await frame(2000);
  },
};
