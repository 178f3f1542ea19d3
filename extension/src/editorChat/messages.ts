/** A thread of the editor's own chat as one question. Pure. */

/** One of its messages, as far as it is text. */
export interface Said {
  /** 1 for the user, 2 for the model, as the editor counts. */
  role: number;
  content: readonly unknown[];
}

const ASSISTANT = 2;

/** The pieces of a message that are text, one after the other. */
export function textOf({ content }: Said): string {
  return content.map((part) => (isText(part) ? part.value : "")).join("");
}

/** The last message as it is; what was said before it stands above, under who said it. */
export function asOneQuestion(messages: readonly Said[]): string {
  const said = messages
    .map((message) => ({ role: message.role, text: textOf(message).trim() }))
    .filter(({ text }) => text);
  if (said.length <= 1) return said[0]?.text ?? "";
  return said.map(({ role, text }) => `${role === ASSISTANT ? "Assistant" : "User"}:\n${text}`).join("\n\n");
}

function isText(part: unknown): part is { value: string } {
  return typeof part === "object" && part !== null && "value" in part && typeof part.value === "string";
}
