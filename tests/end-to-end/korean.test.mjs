import assert from "node:assert/strict";
import { after, before } from "node:test";
import { eventually } from "./harness/eventually.mjs";
import { openScene, scenarios } from "./harness/scene.mjs";
import { askedText } from "./harness/scripted.mjs";
import { compose } from "./harness/workbench.mjs";

const program = `class Cart:
    def __init__(self):
        self.items = []

    def pop(self):
        
`;

let scene;
let workbench;
let input;

before(async () => {
  const files = { "cart.py": program, "notes.py": program, "user.py": program };
  scene = await openScene({ name: "korean", language: "ko", files });
  workbench = scene.workbench;
  await workbench.waitForStatus("sparkle");
  input = await workbench.composer();
});
after(() => scene?.close());

const test = scenarios(() => scene);

test("the extension speaks Korean in a Korean editor", async () => {
  assert.match(await workbench.statusLabel(), /모델/);
});

test("composed syllables reach the file whole, and completion goes on after them", async () => {
  await scene.scripted.script([]);
  await workbench.open("cart.py", 6, 9);
  await workbench.type("# ");
  await compose(input, ["ㅅ", "사", "상"]);
  await compose(input, ["ㅍ", "푸", "품"]);
  await workbench.press("Enter");
  await workbench.type("return ");
  await workbench.waitForGhostText((text) => text.includes("self.items.pop()"));
  await scene.screenshots("composed");
  await workbench.press("Tab");
  const expected = program.replace(/ {8}\n$/, "        # 상품\n        return self.items.pop()\n");
  await workbench.saves("cart.py", expected);
  for (const asked of await scene.scripted.asked()) {
    assert.doesNotMatch(askedText(asked), /[ㄱ-ㅎㅏ-ㅣ]/, "no half-composed letter was sent to the model");
  }
});

test("a suggestion holds while its syllables are composed, and accepting it leaves exact bytes", async () => {
  await scene.scripted.script([{ pieces: [" 상품", " 목록", "을 돌려준다"] }]);
  await workbench.open("notes.py", 6, 9);
  await workbench.type("# ");
  await workbench.waitForGhostText((text) => text === "상품 목록을 돌려준다");
  await compose(input, ["ㅅ", "사", "상"]);
  await workbench.waitForGhostText((text) => text === "품 목록을 돌려준다");
  await compose(input, ["ㅍ", "푸", "품"]);
  await workbench.waitForGhostText((text) => text.trimStart() === "목록을 돌려준다");
  await workbench.press("Tab");
  await workbench.saves("notes.py", program.replace(/ {8}\n$/, "        # 상품 목록을 돌려준다\n"));
});

test("a suggestion holds while a final consonant moves on to the next syllable", async () => {
  await scene.scripted.script([{ pieces: [" 사용자", " 이름"] }]);
  await workbench.open("user.py", 6, 9);
  await workbench.type("# ");
  await workbench.waitForGhostText((text) => text === "사용자 이름");
  await compose(input, ["ㅅ", "사", "상"], "사");
  await compose(input, ["요", "용"]);
  await workbench.waitForGhostText((text) => text === "자 이름");
  await workbench.press("Tab");
  await workbench.saves("user.py", program.replace(/ {8}\n$/, "        # 사용자 이름\n"));
});

test("in the chat, Enter ends a syllable first and sends only then", async () => {
  await scene.scripted.script([{ contains: "상품", pieces: ["상품은 ", "파는 물건이에요."] }]);
  await workbench.palette("CodeSaga: 채팅 열기");
  const chat = await workbench.chat();
  await chat.locator(".composer textarea").click();
  await scene.screenshots("chat-empty");
  await compose(input, ["ㅅ", "사", "상"]);
  for (const text of ["ㅍ", "푸", "품"]) {
    await input.send("Input.imeSetComposition", { text, selectionStart: 1, selectionEnd: 1 });
  }
  await workbench.press("Enter");
  assert.deepEqual(await scene.scripted.asked("user: 상"), [], "Enter while composing sends nothing");
  await input.send("Input.insertText", { text: "품" });
  assert.equal(await chat.locator(".composer textarea").inputValue(), "상품");
  await compose(input, ["ㅇ", "으", "은"]);
  await workbench.type("?");
  await workbench.press("Enter");
  await eventually(
    "the answer",
    () => chat.locator(".answer").allInnerTexts(),
    (texts) => texts.at(-1)?.includes("상품은 파는 물건이에요."),
  );
  assert.match(await chat.locator(".question").first().textContent(), /상품은\?/);
  const asked = await scene.scripted.asked("상품은?");
  assert.equal(asked.length, 1);
  assert.match(askedText(asked[0]), /상품은\?/);
  await scene.screenshots("chat");
});

test("a Korean instruction refactors", async () => {
  await scene.scripted.script([{ contains: "짧게", pieces: ["class Cart:\n    items = []\n", "```"] }]);
  await workbench.selectLines("cart.py", 1, 3);
  await workbench.palette("CodeSaga: 리팩터링…");
  const field = workbench.page.locator(".quick-input-widget:visible input");
  await field.fill("짧게 써 줘");
  await workbench.page.locator(".quick-input-list .monaco-list-row").filter({ hasText: "짧게 써 줘" }).first().click();
  await workbench.waitForDiff();
  await workbench.titleButton("적용").waitFor();
  await scene.screenshots("diff");
  await workbench.titleButton("취소").click();
  await workbench.waitForNoDiff();
});
