/**
 * The commands that a question may begin with: which there are, which rows the list shows, and how a
 * question is read. Pure; what they do is run.ts's.
 */

import type { Offer } from "../composerMessages";
import { beginsLike } from "../hangul";
import type { TeamPrompt } from "./promptFile";

/** In both languages, the one that is inserted first. */
const NAMES = {
  explain: ["explain", "설명"],
  fix: ["fix", "수정"],
  refactor: ["refactor", "리팩터링"],
  test: ["test", "테스트"],
  doc: ["doc", "문서"],
  commit: ["commit", "커밋"],
  clear: ["clear", "지우기"],
} as const;

export type CommandName = keyof typeof NAMES;

const COMMANDS = Object.entries(NAMES) as [CommandName, readonly string[]][];

/** A question that begins with a command. */
export type Commanded =
  | { kind: "command"; name: CommandName; rest: string }
  | { kind: "prompt"; prompt: TeamPrompt; rest: string };

/** The command a question begins with; nothing when it begins with none that is known. */
export function readCommand(text: string, prompts: readonly TeamPrompt[]): Commanded | undefined {
  const [, typed = "", rest = ""] = /^\s*\/(\S+)(?:\s+([\s\S]*))?$/.exec(text) ?? [];
  const word = typed.normalize("NFC");
  const command = COMMANDS.find(([, names]) => names.includes(word.toLowerCase()));
  if (command) return { kind: "command", name: command[0], rest: rest.trim() };
  const prompt = prompts.find(({ name }) => name === word);
  return prompt && { kind: "prompt", prompt, rest: rest.trim() };
}

/** The rows for what was typed behind the slash; `describe` says what a command does. */
export function commandOffers(
  typed: string,
  prompts: readonly TeamPrompt[],
  describe: (name: CommandName) => string,
): Offer[] {
  const query = typed.normalize("NFC").toLowerCase();
  const own = COMMANDS.filter(([, names]) => names.some((name) => fits(name, query))).map(([name]) =>
    offerOf("command", name, describe(name), query),
  );
  const taken = new Set(COMMANDS.flatMap(([, names]) => names));
  const team = prompts
    .filter(({ name }) => fits(name.toLowerCase(), query) && !taken.has(name.toLowerCase()))
    .map(({ name, description }) => offerOf("prompt", name, description, query));
  return [...own, ...team];
}

function offerOf(kind: "command" | "prompt", name: string, detail: string, query: string): Offer {
  const at = name.toLowerCase().indexOf(query);
  const positions = query === "" || at < 0 ? [] : Array.from({ length: query.length }, (_, letter) => at + 1 + letter);
  return { kind, label: `/${name}`, detail, positions, insert: `/${name} `, goesOn: false };
}

function fits(name: string, query: string): boolean {
  return name.includes(query) || beginsLike(name, query);
}
