/**
 * A team's own prompt: a Markdown file whose name is the command, with a head that says what it is for
 * and places that are filled with what the editor shows. Pure.
 */

/** What a prompt file says. */
export interface TeamPrompt {
  /** What is typed behind the slash. */
  name: string;
  description: string;
  body: string;
}

/** What the places of a prompt are filled with. */
export interface Filling {
  /** The selected code. */
  selection: string;
  /** The path of the open file. */
  file: string;
  /** The editor's id of its language. */
  language: string;
}

const NAME_CHARACTERS_MAX = 40;
const DESCRIPTION_CHARACTERS_MAX = 200;

/** Nothing when there is no text, or no name that can be typed. `language` is the editor's, as `ko`. */
export function readPromptFile(fileName: string, text: string, language: string): TeamPrompt | undefined {
  const { head, body } = splitHead(text.replace(/^\ufeff/, "").replace(/\r\n?/g, "\n"));
  const own = (field: string) => head.get(`${field}.${language.split("-")[0]}`) ?? head.get(field);
  const name = nameOf(own("name") ?? fileName.replace(/\.md$/i, ""));
  if (body.trim() === "" || name === "") return undefined;
  const firstLine =
    body
      .trim()
      .split("\n", 1)[0]
      ?.replace(/^#+\s*/, "") ?? "";
  const description = (own("description") ?? firstLine).slice(0, DESCRIPTION_CHARACTERS_MAX);
  return { name, description, body: body.trim() };
}

/** Whether the prompt has a place for the selection, and is nothing without it. */
export function needsSelection({ body }: TeamPrompt): boolean {
  return /\{\{\s*selection\s*\}\}/.test(body);
}

/** The prompt with its places filled; what was typed behind the command comes after it. */
export function fillPrompt({ body }: TeamPrompt, filling: Filling, rest: string): string {
  const filled = body.replace(
    /\{\{\s*(selection|file|language)\s*\}\}/g,
    (_place, field: keyof Filling) => filling[field],
  );
  return rest.trim() === "" ? filled : `${filled}\n\n${rest.trim()}`;
}

/** The lines between two `---` at the very beginning, as fields. A head that does not end is no head. */
function splitHead(text: string): { head: Map<string, string>; body: string } {
  const [whole, lines] = /^---[ \t]*\n([\s\S]*?)\n?---[ \t]*(?:\n|$)/.exec(text) ?? [];
  if (whole === undefined || lines === undefined) return { head: new Map(), body: text };
  const fields = lines.split("\n").map((line) => /^([\w.-]+)\s*:\s*(.*?)\s*$/.exec(line));
  const head = new Map(
    fields.filter((field) => field !== null).map(([, key = "", value = ""]) => [key, unquoted(value)]),
  );
  return { head, body: text.slice(whole.length) };
}

function unquoted(value: string): string {
  const [, inner] = /^"(.*)"$|^'(.*)'$/.exec(value) ? [undefined, value.slice(1, -1)] : [];
  return inner ?? value;
}

/** A command is one word. */
function nameOf(name: string): string {
  return name
    .normalize("NFC")
    .trim()
    .replace(/[\s/]+/g, "-")
    .slice(0, NAME_CHARACTERS_MAX);
}
