/** A conversation as a Markdown file. Pure; the headings come from outside. */

import type { Conversation } from "./turns";

export interface Headings {
  title: string;
  question: string;
  answer: string;
}

/** Questions stand as quotations, so that no mark in them becomes a heading of the file. */
export function markdownOf({ turns }: Conversation, { title, question, answer }: Headings): string {
  const parts = turns.flatMap((turn) => [
    `## ${question}`,
    ...(turn.context.length > 0 ? [turn.context.map((label) => `\`${label}\``).join(", ")] : []),
    quoted(turn.user),
    ...(turn.answer === "" ? [] : [`## ${answer}`, closed(turn.answer)]),
  ]);
  return `${[`# ${title.replaceAll(/\s+/g, " ").trim()}`, ...parts].join("\n\n")}\n`;
}

function quoted(text: string): string {
  return text
    .split(/\r\n?|\n/)
    .map((line) => (line === "" ? ">" : `> ${line}`))
    .join("\n");
}

/** An answer that was stopped inside a fence must not swallow what follows it. */
function closed(answer: string): string {
  let open = "";
  for (const line of answer.split("\n")) {
    const [, fence = "", info = ""] = /^ {0,3}(`{3,}|~{3,})(.*)$/.exec(line) ?? [];
    if (fence === "") continue;
    if (open === "") open = fence;
    else if (fence[0] === open[0] && fence.length >= open.length && info.trim() === "") open = "";
  }
  return open === "" ? answer.trimEnd() : `${answer.trimEnd()}\n${open}`;
}
