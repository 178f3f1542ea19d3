/** Small pure functions on the text that goes into and comes out of a conversation. */

/** As many whole lines from the beginning as fit; part of the first one when not even that does. */
export function cutToLines(text: string, charactersMax: number): string {
  if (text.length <= charactersMax) return text;
  const end = text.lastIndexOf("\n", charactersMax - 1);
  return end < 0 ? text.slice(0, charactersMax) : text.slice(0, end + 1);
}

/**
 * Code as it belongs behind `before`, the text of the line up to the cursor: when that is blank,
 * it is the indentation of every line; else the code stays as it is.
 */
export function indentLike(code: string, before: string): string {
  if (before === "" || before.trim() !== "") return code;
  return code.replace(/\n(?!\r?\n|$)/g, `\n${before}`);
}

/** A conversation's name: the beginning of its first question. */
export function titleOf(question: string | undefined): string {
  const line = question?.trim().split("\n")[0] ?? "";
  return line.length > TITLE_CHARACTERS_MAX ? `${line.slice(0, TITLE_CHARACTERS_MAX).trimEnd()}…` : line;
}

const TITLE_CHARACTERS_MAX = 48;

/** The editor's language id for what is written behind a fence, where the two differ. */
export function languageId(fence: string): string {
  const name = fence.toLowerCase();
  return SHORT_NAMES[name] ?? name;
}

const SHORT_NAMES: Readonly<Record<string, string>> = {
  bash: "shellscript",
  "c++": "cpp",
  cs: "csharp",
  docker: "dockerfile",
  golang: "go",
  js: "javascript",
  jsx: "javascriptreact",
  kt: "kotlin",
  md: "markdown",
  ps1: "powershell",
  py: "python",
  rb: "ruby",
  rs: "rust",
  sh: "shellscript",
  shell: "shellscript",
  ts: "typescript",
  tsx: "typescriptreact",
  yml: "yaml",
  zsh: "shellscript",
};
