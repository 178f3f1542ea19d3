// `node scripts/record-answers.mjs FILE`: asks the small model for edits of the corpus's own documents, in English and
// Korean, and writes its answers as cases of crates/saga-prompt/tests/answers (the format is in tests/answers.rs).
//
// What should come out of an answer is not known to a script: each case ends with `@@@ unread`, at which the test fails and
// shows what is read today. A person looks at each answer and writes what is right in its place.
import { existsSync } from "node:fs";
import { appendFile, readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { Expected } from "./lib/expected.mjs";
import { runScript } from "./lib/kit.mjs";
import { installModel, smallModel, startModel } from "./lib/model.mjs";
import { root } from "./lib/places.mjs";

const prompts = path.join(root, "crates", "saga-prompt", "src", "prompts");
const corpus = path.join(root, "crates", "saga-prompt", "tests", "answers");
const answerTokensMax = 320;
/** The same question is answered in the same way again, as far as the model server allows it. */
const seed = 7;

/** Plain questions bring out more words around the code than the product's own prompt does. */
const wishes = [
  { text: "Make this shorter and easier to read.", plain: false },
  { text: "이 코드를 더 짧고 읽기 쉽게 고쳐 주세요.", plain: false },
  { text: "Add a comment that says what this does. Show me how and explain it.", plain: true },
  { text: "오류 처리를 추가해 주세요. 설명도 해 주세요.", plain: true },
];

await runScript(async (kit) => {
  const file = process.argv[2];
  if (!file || existsSync(file)) throw new Expected("Name a file that is not there yet");
  await installModel(kit);
  const model = await startModel(kit);
  const system = (await readFile(path.join(prompts, "edit.system.txt"), "utf8")).trim();
  await appendFile(file, `@@@ origin recorded from ${smallModel}, seed ${seed}\n`);
  let count = 0;
  for (const [index, document] of (await documents()).entries()) {
    await appendFile(file, `@@@ asked ${document.language}\n${document.text}`);
    // Each document in both languages, by turns in our words and in plain ones.
    for (const wish of [wishes[index % 2 === 0 ? 0 : 2], wishes[index % 2 === 0 ? 3 : 1]]) {
      count += 1;
      kit.progress.line(`${count} · ${document.language} · ${wish.text}`);
      const messages = wish.plain ? plain(document, wish.text) : ours(document, wish.text, system);
      const answer = await ask(model.url, messages);
      await appendFile(file, `@@@ case ${count} ${wish.text}${answer.flag}\n${answer.text}\n@@@ unread\n`);
    }
  }
  return 0;
});

/** The documents that the constructed cases ask about, those with enough code for a change. */
async function documents() {
  const found = [];
  for (const name of (await readdir(corpus)).sort().filter((name) => name.endsWith(".txt"))) {
    const text = await readFile(path.join(corpus, name), "utf8");
    if (!text.includes("@@@ origin constructed")) continue;
    for (const [, language, document] of text.matchAll(/^@@@ asked (\S+)\n([\s\S]*?)(?=^@@@ )/gm)) {
      const [before, rest] = document.split("⟦");
      const [code, after] = rest.split("⟧");
      if (code.split("\n").length > 4) found.push({ language, text: document, before, code, after });
    }
  }
  return found;
}

/** As `saga_prompt::edit` asks a model whose template it does not know. */
function ours({ language, before, code, after }, wish, system) {
  const section = (title, text) =>
    text.trim() ? `${title}:\n\`\`\`${language}\n${text.replace(/^\n+|\s+$/g, "")}\n\`\`\`\n\n` : "";
  const user =
    section("The file before the code", before) +
    section("The file after the code", after) +
    section("The code", code) +
    `${wish}\n\nAnswer with the whole changed code in one code block. 바뀐 코드 전체를 코드 블록 하나로 답하세요.`;
  return [
    { role: "system", content: system },
    { role: "user", content: user },
  ];
}

function plain({ code }, wish) {
  return [{ role: "user", content: `${wish}\n\n${code}` }];
}

async function ask(url, messages) {
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ messages, seed, temperature: 0.4, max_tokens: answerTokensMax }),
  });
  if (!response.ok) throw new Expected(`${response.status}: ${await response.text()}`);
  const [{ message, finish_reason: finish }] = (await response.json()).choices;
  return { text: message.content.trimEnd(), flag: finish === "length" ? " [length]" : "" };
}
