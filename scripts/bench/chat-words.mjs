// What is said in the benchmark of the chat's page, and the editor it is said in. Everything is the same in each run.

import { readFileSync } from "node:fs";
import path from "node:path";
import { root } from "../lib/places.mjs";

const PROSE =
  "합계는 항목을 하나씩 더해서 구해요. The loop adds one item after another, which takes time in proportion to their number.\n\n- `sum` works on **any** iterable\n- an empty list gives `0`\n\n";
const CODE = `\`\`\`python calc.py
def total(items: list[int]) -> int:
    """The sum of all items."""
    result = 0
    for item in items:
        result += item  # one by one
    return result


class Basket:
    def __init__(self, name: str) -> None:
        self.items = []
        self.name = f"basket {name}"
\`\`\`

`;

/** An answer in pieces of about a token each. */
export function answerPieces(count) {
  const tokens = (PROSE + CODE).match(/\s*\S{1,4}|\s+/g);
  return Array.from({ length: count }, (_, at) => tokens[at % tokens.length]);
}

/** 200 answers of about 50 lines. */
export function longConversation() {
  const turns = Array.from({ length: 200 }, (_, at) => ({
    id: `t${at}`,
    user: `Question ${at}`,
    context: [],
    answer: `Answer ${at}\n\n${(PROSE + CODE).repeat(3)}`,
    notes: [],
    state: { kind: "done" },
  }));
  return { session: "s", turns };
}

/** Every fixed text of the page; the names are read where the page declares them. */
export const texts = Object.fromEntries(
  [
    ...readFileSync(path.join(root, "extension", "src", "chat", "texts.ts"), "utf8").matchAll(
      /^ {4}(\w+): l10n\.t\(\s*"(.*?)",?\s*\),$/gm,
    ),
  ].map(([, name, text]) => [name, text]),
);

/** Runs in the page before its own script: answers `ready` as the extension does. */
export function playEditor({ texts, conversation }) {
  const first = {
    type: "init",
    texts,
    conversation,
    suggestions: ["One", "Two", "Three"].map((text) => ({ text, aboutFile: true })),
    chips: [],
    sendWith: "enter",
    draft: "",
    edited: null,
  };
  globalThis.acquireVsCodeApi = () => ({
    postMessage: ({ type }) => type === "ready" && window.postMessage(first, "*"),
    getState: () => undefined,
    setState() {},
  });
}
