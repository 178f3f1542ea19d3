// The pictures of docs/using.md: one for each thing that it says how to find.
import { execFileSync } from "node:child_process";
import { eventually } from "../../tests/end-to-end/harness/eventually.mjs";
import { cartBegun } from "./scenes.mjs";

const cart = `${cartBegun}        best = None
        for item in self.items:
            if best is None or item.price < best.price:
                best = item
        return best
`;
const shorter = `class Cart:
    def __init__(self):
        self.items = []

    def total(self):
        return sum(item.price for item in self.items)

    def cheapest(self):
        return min(self.items, key=lambda item: item.price, default=None)
`;
const total = "    def total(self):\n        return sum(item.price for item in self.items)\n";
const shop = `import { total } from "./prices";

export function show(prices: number[]): string {
  const sum: string = total(prices);
  return "Total: " + sum;
}
`;
const bill = 'import { total } from "./prices";\n\nexport const bill = total([1, 2]);\n';

/** One screen of a person's work, and what it needs. */
export const DOCUMENTS = {
  files: {
    "cart.py": cart,
    "prices.ts": "export function total(prices: number[]): number {\n  return prices.reduce((a, b) => a + b, 0);\n}\n",
    "shop.ts": shop,
    "bill.ts": bill,
    "tsconfig.json": "{}\n",
  },
  settings: { "codesaga.edits.preview": "auto" },

  /** By the file's name in docs/images. Each may give what puts things back. */
  scenes: {
    async proposal({ workbench, scripted }) {
      await propose(workbench, scripted, [1, 16], shorter);
      await workbench.waitForDiff();
      await workbench.titleButton("Accept").waitFor();
      return () => workbench.press("Escape");
    },

    async inline({ workbench, scripted }) {
      await propose(workbench, scripted, [5, 9], total);
      await lens(workbench, "Accept").first().waitFor();
      return () => workbench.press("Escape");
    },

    async explained({ workbench, scripted }) {
      await scripted.script([
        { pieces: ["Goes through the items and keeps the one with the lowest `price`.\n\n- `None` for an empty cart"] },
      ]);
      await workbench.selectLines("cart.py", 11, 16);
      await workbench.palette("CodeSaga: Explain Here");
      await workbench.page.locator(".review-widget .comment-body").filter({ hasText: "lowest" }).waitFor();
      await workbench.palette("View: Toggle Panel Visibility");
      return () => workbench.palette("Comments: Collapse All Comments");
    },

    async "light-bulb"({ workbench }) {
      const { page } = workbench;
      await workbench.open("shop.ts", 4, 10);
      await page.locator(".editor-instance .squiggly-error").first().waitFor({ state: "attached", timeout: 60_000 });
      const row = page.locator(".action-widget .monaco-list-row").filter({ hasText: "Fix with CodeSaga" });
      await eventually("the light bulb's menu", async () => {
        await workbench.press("Escape");
        await workbench.press("Control+.");
        await row.waitFor({ timeout: 3_000 });
        return true;
      });
      return () => workbench.press("Escape");
    },

    async "across-files"({ workbench }) {
      const { page } = workbench;
      await workbench.open("prices.ts", 1, 18);
      await workbench.palette("CodeSaga: Refactor across Files…");
      const question = page.locator(".quick-input-widget:visible").filter({ hasText: "Refactor total() in" });
      await question.waitFor();
      await question.locator("input").fill("Rename to sumOf");
      await workbench.press("Enter");
      const row = page.locator(".monaco-list-row").filter({ hasText: "sumOf([1, 2])" });
      await row.click();
      await workbench.waitForDiff();
      return () => workbench.palette("CodeSaga: Discard Changes across Files");
    },

    async context({ workbench, scripted }) {
      await scripted.script([]);
      await workbench.selectLines("cart.py", 5, 9);
      await workbench.palette("CodeSaga: Open Chat");
      const chat = await workbench.chat();
      await chat.locator(".chip-label").filter({ hasText: "selection" }).waitFor();
      await chat.locator(".composer textarea").pressSequentially("@");
      await chat.locator(".offer-label").first().waitFor();
      return async () => {
        await workbench.press("Escape");
        await workbench.press("Backspace");
      };
    },

    async conversations({ workbench, scripted }) {
      const chat = await workbench.chat();
      for (const [question, answer] of [
        ["What is a stack?", "It gives back first what was put in last."],
        ["How do I add a discount?", "Give `total` a rate, and take it off at the end."],
      ]) {
        await scripted.script([{ contains: question, pieces: [answer] }]);
        await workbench.palette("CodeSaga: New Conversation");
        await chat.locator(".composer textarea").fill(question);
        await chat.locator(".composer textarea").press("Enter");
        await chat.locator('.turn.done .reply[aria-busy="false"]').waitFor();
      }
      await workbench.palette("CodeSaga: Conversations…");
      await workbench.page.locator(".quick-input-list .monaco-list-row").nth(1).waitFor();
      return () => workbench.press("Escape");
    },

    async "commit-message"({ workbench, scripted, folder }) {
      const { page } = workbench;
      const git = (...args) => execFileSync("git", args, { cwd: folder });
      git("init", "--quiet", "--initial-branch=main");
      git("add", "cart.py");
      await scripted.script([{ pieces: ["Add a cart that knows its total and its cheapest item"] }]);
      await workbench.reload();
      await page.locator(".activitybar .action-item:has(.codicon-source-control-view-icon)").click();
      await page.locator(".scm-editor .monaco-editor").waitFor();
      await workbench.palette("CodeSaga: Generate Commit Message");
      await page.locator(".scm-editor .view-line").filter({ hasText: "cheapest" }).waitFor();
      await workbench.notificationButton("Cancel").waitFor({ state: "detached" });
      // The view's buttons are seen while something in it has the focus.
      await page.locator(".scm-editor .monaco-editor").click();
    },
  },
};

const lens = (workbench, text) => workbench.page.locator(".codelens-decoration a").filter({ hasText: text });

async function propose(workbench, scripted, [first, last], answer) {
  await scripted.script([{ pieces: [answer, "```"] }]);
  await workbench.selectLines("cart.py", first, last);
  await workbench.palette("CodeSaga: Refactor…");
  await workbench.choose("Simplify");
}
