/** Hints that somebody does not want to see again, kept with the workspace. */
import type * as vscode from "vscode";

const KEY = "hiddenHints";
/** The oldest ones come back. */
const HIDDEN_MAX = 500;

export interface Hidden {
  has(key: string): boolean;
  add(key: string): Promise<void>;
}

export function hiddenHints(memory: vscode.Memento): Hidden {
  const all = (): string[] => memory.get<string[]>(KEY, []);
  return {
    has: (key) => all().includes(key),
    add: async (key) => {
      await memory.update(KEY, [...all().filter((one) => one !== key), key].slice(-HIDDEN_MAX));
    },
  };
}
