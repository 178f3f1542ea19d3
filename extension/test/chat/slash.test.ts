import assert from "node:assert/strict";
import { test } from "node:test";
import { commandOffers, readCommand } from "../../src/chat/slash/commands";
import { fillPrompt, needsSelection, readPromptFile, type TeamPrompt } from "../../src/chat/slash/promptFile";

const review: TeamPrompt = { name: "검토", description: "Reviews", body: "Review" };
const clear: TeamPrompt = { name: "clear", description: "Not ours", body: "x" };

test("a question that begins with a command is one, in both languages", () => {
  const read = (text: string) => {
    const found = readCommand(text, [review, clear]);
    return found && `${found.kind} ${found.kind === "command" ? found.name : found.prompt.name} [${found.rest}]`;
  };
  assert.equal(read("/explain"), "command explain []");
  assert.equal(read("/Refactor  add types \n please"), "command refactor [add types \n please]");
  assert.equal(read("/설명 이거"), "command explain [이거]");
  assert.equal(read("/검토 꼼꼼히"), "prompt 검토 [꼼꼼히]");
  assert.equal(read(`/${"검토".normalize("NFD")}`), "prompt 검토 []");
  assert.equal(read("/clear"), "command clear []", "a team's prompt takes the place of none of ours");
  for (const text of ["/usr/bin/env", "explain", "/", "/unknown x", "a /explain"])
    assert.equal(read(text), undefined, text);
});

test("the list holds what fits, the team's own at the end", () => {
  const listed = (typed: string) => commandOffers(typed, [review, clear], (name) => name).map(({ label }) => label);
  assert.deepEqual(listed(""), ["/explain", "/fix", "/refactor", "/test", "/doc", "/commit", "/clear", "/검토"]);
  assert.deepEqual(listed("ex"), ["/explain"]);
  assert.deepEqual(listed("커ㅁ"), ["/commit"]);
  assert.deepEqual(listed("거"), ["/검토"], "half a syllable");
  assert.deepEqual(listed("검ㅌ"), ["/검토"]);
  assert.deepEqual(listed("감"), []);
  assert.deepEqual(listed("usr"), []);
});

test("a prompt file says its name and what it is for, in the editor's language", () => {
  const file =
    '---\nname: review\nname.ko: 검토\ndescription: "Look for mistakes"\ndescription.ko: 실수 찾기\n---\n\nReview.\n';
  assert.deepEqual(readPromptFile("a.md", file, "en"), {
    name: "review",
    description: "Look for mistakes",
    body: "Review.",
  });
  assert.deepEqual(readPromptFile("a.md", file.replaceAll("\n", "\r\n"), "ko-KR"), {
    name: "검토",
    description: "실수 찾기",
    body: "Review.",
  });
  assert.deepEqual(readPromptFile("code review.MD", "# Review this\nplease", "en"), {
    name: "code-review",
    description: "Review this",
    body: "# Review this\nplease",
  });
  assert.equal(readPromptFile("a.md", "---\nname: x\n---\n", "en"), undefined, "nothing to say");
  assert.equal(readPromptFile("a.md", "---\nname: x\nno end", "en")?.name, "a");
});

test("the places of a prompt are filled, and what was typed comes after", () => {
  const prompt = readPromptFile("a.md", "In {{ file }} ({{language}}):\n{{selection}}\n{{other}}", "en") as TeamPrompt;
  const filling = { selection: "$& {{file}}", file: "a.py", language: "python" };
  assert.equal(fillPrompt(prompt, filling, ""), "In a.py (python):\n$& {{file}}\n{{other}}");
  assert.equal(fillPrompt(prompt, filling, " short "), "In a.py (python):\n$& {{file}}\n{{other}}\n\nshort");
  assert.ok(needsSelection(prompt));
  assert.ok(!needsSelection(review));
});
