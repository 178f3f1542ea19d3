// Everything by keyboard alone, in an editor that speaks Korean.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { after, before } from "node:test";
import { eventually } from "./harness/eventually.mjs";
import { openKeys } from "./harness/keys.mjs";
import { openScene, scenarios } from "./harness/scene.mjs";

const price = ["def price(item):", "    a = item.cost  # 값 🧾", "    b = a * 1.1", "    return b"];
const better = ["def price(item):", "    cost = item.cost  # 값 🧾", "    b = a * 1.1", "    return round(b)"];
const best = ["def price(item):", "    return round(item.cost * 1.1)  # 값 🧾"];
const cart = ["import math", "", ...price, "", "count = 3", ""].join("\n");
const shop = ["def later(items):", "    # TODO: 값을 모두 더하기", "    pass", ""].join("\n");
const answer =
  "`price`에서 반올림하세요.\n\n```python\ndef price(item):\n    return round(item.cost * 1.1)  # 값 🧾\n```\n";
const files = {
  "cart.py": cart,
  "shop.py": shop,
  "broken.json": '{ "값": 1,, }\n',
  "sum.ts": "export function total(prices: number[]): number {\n  return prices.length;\n}\n",
  "bill.ts": 'import { total } from "./sum";\n\nconsole.log(total([1, 2]));\n',
  "tsconfig.json": "{}",
  ".codesaga/prompts/review.md": "---\nname: review\nname.ko: 검토\ndescription.ko: 실수 찾기\n---\n{{selection}}\n",
};

let scene;
let workbench;
let page;
let keys;
let noMouse;

before(async () => {
  const settings = { "codesaga.edits.preview": "auto", "codesaga.lenses.enabled": true };
  scene = await openScene({ name: "keyboard", language: "ko", files, settings });
  ({ workbench, page } = scene);
  const git = (...args) => execFileSync("git", args, { cwd: scene.folder });
  git("init", "--quiet", "--initial-branch=main");
  git("add", ".");
  keys = openKeys(page);
  await workbench.waitForStatus("sparkle");
  noMouse = await keys.withoutMouse();
});
after(async () => {
  await noMouse?.();
  await scene?.close();
});

const test = scenarios(() => scene);

const lens = (text) => page.locator(".codelens-decoration a").filter({ hasText: text });
const scripted = (lines) => scene.scripted.script([{ pieces: [...lines.map((line) => `${line}\n`), "```"] }]);
const includes = (text) => (seen) => seen.includes(text);

/** The chat, once the question can be typed: the editor gives it the focus a moment after the command. */
async function openChat() {
  await keys.run("CodeSaga: 채팅 열기");
  const chat = await workbench.chat();
  await chat.locator(".composer textarea:focus").waitFor();
  return chat;
}

/** Goes to a row of the light bulb's menu. */
async function lightBulb(title) {
  const row = page.locator(".action-widget .monaco-list-row").filter({ hasText: title });
  const tryOnce = async () => {
    await keys.press("Control+.");
    await row.waitFor({ timeout: 3_000 }).catch(async (error) => {
      await keys.press("Escape");
      throw error;
    });
    return true;
  };
  await eventually(`“${title}” in the light bulb's menu`, tryOnce);
  return row;
}

test("a proposal: asked for, walked through, asked again, compared and accepted", async () => {
  await scripted(better);
  await keys.selectLines("cart.py", 3, 6);
  await keys.run("CodeSaga: 리팩터링…");
  await page.locator(".quick-input-list .monaco-list-row").filter({ hasText: "단순화" }).waitFor();
  await scene.screenshots("instructions");
  await keys.pick("단순화");
  await lens("적용").first().waitFor();
  await keys.press("Alt+F5");
  await scene.screenshots("proposal");
  await scripted(best);
  await keys.press("Control+Alt+Shift+r");
  await page.locator(".quick-input-widget:visible").filter({ hasText: "이번에는" }).waitFor();
  await scene.screenshots("again-with");
  await keys.type("한 줄로 써 주세요");
  await keys.press("Enter");
  await lens("답 2개 중 2번째").waitFor();
  await keys.press("Control+Alt+,");
  await lens("답 2개 중 1번째").waitFor();
  await keys.run("CodeSaga: 답 비교…");
  await page.locator(".quick-input-list .monaco-list-row").nth(1).waitFor();
  await scene.screenshots("compare");
  await keys.pick("2번째 답");
  await lens("답 2개 중 2번째").waitFor();
  await keys.press("Control+Enter");
  await lens("답 2개 중 2번째").waitFor({ state: "detached" });
  await workbench.saves("cart.py", cart.replace(price.join("\n"), best.join("\n")));
});

test("a fix and a hint by the light bulb's key", async () => {
  await keys.open("broken.json", 1, 10);
  await page.locator(".editor-instance .squiggly-error").first().waitFor({ state: "attached" });
  await lightBulb("CodeSaga로 오류");
  await scene.screenshots("light-bulb");
  await keys.press("Escape");
  await keys.open("shop.py", 1, 5);
  await lightBulb("CodeSaga로 본문 쓰기");
  await scene.screenshots("hint");
  await keys.press("Escape");
});

test("an explanation beside the code, closed again", async () => {
  await scene.scripted.script([{ pieces: ["아직 쓰지 않은 함수예요."] }]);
  await keys.selectLines("shop.py", 1, 3);
  await keys.run("CodeSaga: 여기서 설명");
  const words = page.locator(".review-widget .comment-body").filter({ hasText: "아직 쓰지 않은" });
  await words.waitFor();
  await scene.screenshots("explained");
  await keys.run("CodeSaga: 설명 닫기");
  await words.waitFor({ state: "detached" });
});

test("a chat: asked, applied, judged, edited, deleted", async () => {
  await keys.open("cart.py");
  const chat = await openChat();
  await chat.locator(".empty").waitFor();
  await scene.screenshots("chat-empty");
  await keys.type("@");
  await chat.locator(".offer-label").first().waitFor();
  await scene.screenshots("chat-mentions");
  await keys.press("Escape");
  await keys.press("Backspace");
  await keys.type("/");
  await chat.locator(".offer-label").filter({ hasText: "/검토" }).waitFor();
  await scene.screenshots("chat-commands");
  await keys.press("Escape");
  await keys.press("Backspace");

  await scene.scripted.script([{ contains: "반올림", pieces: [answer] }]);
  await keys.type("반올림은 어떻게 해요?");
  await keys.press("Enter");
  await chat.locator('.turn.done .reply[aria-busy="false"]').waitFor();
  await keys.tabTo(chat, "파일에 적용…", "Shift+Tab");
  await scene.screenshots("chat-code");
  await keys.press("Enter");
  await page.locator(".tab.active").filter({ hasText: "cart.py" }).waitFor();
  await openChat();
  await keys.tabTo(chat, "도움 안 됨…", "Shift+Tab");
  await keys.press("Enter");
  await page.locator(".quick-input-widget:visible").filter({ hasText: "틀렸어요" }).waitFor();
  await scene.screenshots("chat-reason");
  await keys.pick("틀렸어요");
  await chat.locator('.reply-bar button[aria-pressed="true"]').waitFor();

  await scene.scripted.script([{ contains: "올림은", pieces: ["`math.ceil`을 쓰세요."] }]);
  await openChat();
  await keys.tabTo(chat, "질문 편집", "Shift+Tab");
  await keys.press("Enter");
  await chat.locator(".edit-box textarea").waitFor();
  await scene.screenshots("chat-edit");
  // A change of the theme may take the focus out of the box, and the editor selects a moment after the key.
  await keys.tabTo(chat, "편집 중인 질문", "Shift+Tab");
  await eventually("all of it selected", async () => {
    await keys.press("Control+a");
    return chat
      .locator(".edit-box textarea")
      .evaluate((box) => box === document.activeElement && box.selectionStart === 0 && box.selectionEnd > 0);
  });
  await keys.type("올림은 어떻게 해요?");
  await keys.press("Enter");
  await chat.locator(".versions").waitFor();
  await chat.locator(".answer").filter({ hasText: "math.ceil" }).waitFor();
  await scene.screenshots("chat-versions");
  await openChat();
  await keys.tabTo(chat, "질문과 답 삭제", "Shift+Tab");
  await keys.press("Enter");
  await page.locator(".monaco-dialog-box").waitFor();
  await scene.screenshots("chat-delete");
  await keys.press("Escape");
});

test("the conversations: found, renamed, deleted", async () => {
  await keys.run("CodeSaga: 대화 목록…");
  const row = page.locator(".quick-input-list .monaco-list-row").first();
  await row.waitFor();
  await scene.screenshots("conversations");
  await keys.tabTo(page, "대화 이름 바꾸기");
  await keys.press("Enter");
  const title = page.locator(".quick-input-widget:visible .quick-input-title").filter({ hasText: "대화 이름 바꾸기" });
  await title.waitFor();
  await keys.type("올림과 반올림");
  await keys.press("Enter");
  await row.filter({ hasText: "올림과 반올림" }).waitFor();
  await keys.tabTo(page, "대화 이름 바꾸기");
  await keys.tabTo(page, "대화 삭제", "ArrowRight");
  await keys.press("Enter");
  await page.locator(".monaco-dialog-box").waitFor();
  await scene.screenshots("conversation-delete");
  await keys.tabTo(page, "삭제");
  await keys.press("Enter");
  await row.waitFor({ state: "detached" });
  await scene.screenshots("no-conversations");
  await keys.press("Escape");
});

test("a commit message, and a name changed in every file", async () => {
  await scene.scripted.script([{ pieces: ["장바구니 추가"] }]);
  await keys.press("Control+Shift+g");
  const message = page.locator(".scm-editor .view-line");
  await message.first().waitFor();
  await keys.run("CodeSaga: 커밋 메시지 생성");
  await message.filter({ hasText: "장바구니" }).waitFor();
  await scene.screenshots("commit-message");

  await keys.open("sum.ts", 1, 18);
  const question = page.locator(".quick-input-widget:visible").filter({ hasText: "파일 2개" });
  const ask = async () => {
    await keys.run("CodeSaga: 여러 파일 리팩터링…");
    await question.waitFor({ timeout: 3_000 }).catch(async (error) => {
      await keys.press("Escape");
      throw error;
    });
    return true;
  };
  // Before the language server has read the project it knows nothing.
  await eventually("the question what to change", ask, Boolean, 60_000);
  await scene.screenshots("across-files-question");
  await keys.type("이름을 cartTotal로 바꿔 줘");
  await keys.press("Enter");
  const view = page.locator('.pane:has(.pane-header[aria-label^="여러 파일 변경"])');
  await view.locator(".monaco-list-row").filter({ hasText: "cartTotal" }).first().waitFor();
  await scene.screenshots("across-files");
  await keys.run("CodeSaga: 모든 파일에 적용");
  await view.waitFor({ state: "hidden" });
  await eventually("the new name", () => workbench.read("bill.ts"), includes("cartTotal([1, 2])"));
});

test("menu, settings, walkthrough and diagnosis in Korean", async () => {
  await keys.run("CodeSaga: 메뉴");
  await page.locator(".quick-input-list .monaco-list-row").filter({ hasText: "모델 선택" }).waitFor();
  await scene.screenshots("menu");
  await keys.pick("모델 선택…");
  await page.locator(".quick-input-list .monaco-list-row").filter({ hasText: "모든 작업" }).first().waitFor();
  await scene.screenshots("models");
  await keys.press("Escape");
  await keys.run("CodeSaga: 자동 완성 일시 중지…");
  await page.locator(".quick-input-list .monaco-list-row").filter({ hasText: "한 시간 동안" }).waitFor();
  await scene.screenshots("pause");
  await keys.press("Escape");
  await keys.run("CodeSaga: 진단");
  await page.locator(".editor-instance .view-line").filter({ hasText: "모델로" }).first().waitFor();
  await scene.screenshots("diagnosis");
  await keys.run("Preferences: Open Settings (UI)");
  await page.locator(".settings-editor .suggest-input-container").waitFor();
  await keys.type("@ext:codesaga.codesaga");
  await page.locator(".settings-editor .setting-item").filter({ hasText: "자동 완성" }).first().waitFor();
  await scene.screenshots("settings");
  await keys.run("Welcome: Open Walkthrough...");
  await keys.pick("CodeSaga 시작하기");
  await page.locator(".getting-started-step .step-title").first().waitFor();
  await scene.screenshots("walkthrough");
});

test("what fails is said once, with what to do", async () => {
  await scene.stopProxy();
  await keys.run("CodeSaga: 다시 연결");
  await workbench.waitForStatus("warning");
  await keys.selectLines("shop.py", 1, 3);
  await keys.run("CodeSaga: 리팩터링…");
  await keys.pick("단순화");
  const failures = async () => (await workbench.notifications()).filter(includes("서버에 연결할 수 없어요."));
  await eventually("the failure", failures, (texts) => texts.length > 0);
  assert.equal((await failures()).length, 1);
  await scene.screenshots("offline");
});
