// Prompt layouts of other assistants, written anew from what is published of them: what of the file they send, and in
// which order. What is compared is how much of a prompt changes with a key, so their rules and markers are only as long
// as theirs, and in our words.
//
// Each is a function from the text before and after the cursor, and the other open files, to the prompt.
// `count(text)` tells the tokens of a text.

const FIM = { prefix: "<fim_prefix>", suffix: "<fim_suffix>", middle: "<fim_middle>" };
const fim = (before, after) => `${FIM.prefix}${before}${FIM.suffix}${after}${FIM.middle}`;
const turn = (role, text) => `<|im_start|>${role}\n${text}<|im_end|>\n`;

/** Rules with examples, for the layouts that begin with them: as long as theirs, the same in every prompt. */
const RULES =
  "The user's file has a hole. Write the text that belongs into the hole and nothing else: no fences, no words about it.";
const EXAMPLES = [
  ["def half(value):\n    return ", "\n\nprint(half(4))", "value / 2"],
  ["for (const name of ", ") {\n  console.log(name);\n}", "names"],
  ["let total: u64 = prices.iter().", ';\nprintln!("{total}");', "sum()"],
  ["if (order.isPaid() && ", ") {\n    ship(order);\n}", "!order.isShipped()"],
];

/** Whole lines from the end of `text`, as many as fit. */
export function lastWithin(text, tokensMax, count) {
  const lines = text.split("\n");
  let start = lines.length - 1;
  let tokens = count(lines[start]);
  while (start > 0 && tokens + count(lines[start - 1]) + 1 <= tokensMax) {
    start -= 1;
    tokens += count(lines[start]) + 1;
  }
  return lines.slice(start).join("\n");
}

/** Whole lines from the start of `text`, as many as fit. */
export function firstWithin(text, tokensMax, count) {
  const lines = text.split("\n");
  let end = 0;
  let tokens = 0;
  while (end < lines.length && tokens + count(lines[end]) + 1 <= tokensMax) {
    tokens += count(lines[end]) + 1;
    end += 1;
  }
  return lines.slice(0, end).join("\n");
}

export const lastLines = (text, lines) => text.split("\n").slice(-lines).join("\n");
export const firstLines = (text, lines) => text.split("\n").slice(0, lines).join("\n");

const examples = (hole) =>
  EXAMPLES.map(([before, after, answer]) => turn("user", `${before}${hole}${after}`) + turn("assistant", answer)).join(
    "",
  );

const opened = (others, lines) => others.map(({ path, text }) => `// ${path}\n${firstLines(text, lines)}\n`).join("");

/** @type {{ layout: string, write: (place: { before: string, after: string, path: string, others: object[],
 *   count: (text: string) => number }) => string }[]} */
export const LAYOUTS = [
  {
    layout: "Continue, FIM markers for want of a template: 307 tokens before, 205 after",
    write: ({ before, after, count }) => fim(lastWithin(before, 307, count), firstWithin(after, 205, count)),
  },
  {
    layout: "Continue, hole filler by chat",
    write: ({ before, after, count }) =>
      `${turn("system", RULES)}${examples("{{HOLE}}").repeat(3)}${turn("user", `${lastWithin(before, 307, count)}{{HOLE}}${firstWithin(after, 205, count)}`)}<|im_start|>assistant\n`,
  },
  {
    layout: "twinny: 85 lines before, 15 after",
    write: ({ before, after, path }) => fim(`// Language: ${path}\n${lastLines(before, 85)}`, firstLines(after, 15)),
  },
  {
    layout: "Tabby: 20 lines before and after",
    write: ({ before, after }) => fim(lastLines(before, 20), firstLines(after, 20)),
  },
  {
    layout: "llm-ls: 2,048 tokens, half of them after",
    write: ({ before, after, count }) => fim(lastWithin(before, 1_024, count), firstWithin(after, 1_024, count)),
  },
  {
    layout: "lsp-ai: few-shot <CURSOR>, about 1,024 tokens around it",
    // Its window is cut by characters, so that its start moves with every key.
    write: ({ before, after }) =>
      `${turn("system", RULES)}${examples("<CURSOR>")}${turn("user", `${before.slice(-2_900)}<CURSOR>${after.slice(0, 1_000)}`)}<|im_start|>assistant\n`,
  },
  {
    layout: "Cody on Ollama: raw prefix, no suffix, no context",
    write: ({ before }) => lastWholeLines(before, 8_700),
  },
  {
    layout: "Cody on Ollama, FIM: 100 characters after",
    write: ({ before, after }) => fim(lastWholeLines(before, 8_700), after.slice(0, 100)),
  },
  {
    layout: "llama.vscode: 256 lines before, 64 after, chunks of open files",
    write: ({ before, after, others }) => `${opened(others, 24)}${fim(lastLines(before, 256), firstLines(after, 64))}`,
  },
];

function lastWholeLines(text, characters) {
  if (text.length <= characters) return text;
  const cut = text.slice(-characters);
  return cut.slice(cut.indexOf("\n") + 1);
}
