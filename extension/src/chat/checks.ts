/** The checks that both sides of the chat page's messages are made of, and the most they take. */

/** What is over a limit is not a message of ours. */
export const limits = {
  textCharactersMax: 4_000_000,
  questionCharactersMax: 100_000,
  labelCharactersMax: 4_096,
  turnsMax: 2_000,
  eventsMax: 5_000,
  listMax: 100,
  branchesMax: 1_000,
  idCharactersMax: 64,
} as const;

export type Fields = Record<string, unknown>;

export function isRecord(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isText(value: unknown, max: number = limits.textCharactersMax): value is string {
  return typeof value === "string" && value.length <= max;
}

export function isLabel(value: unknown): value is string {
  return isText(value, limits.labelCharactersMax);
}

export function isId(value: unknown): value is string {
  return isText(value, limits.idCharactersMax) && /^[A-Za-z0-9_-]+$/.test(value);
}

export function isList<T>(value: unknown, max: number, is: (item: unknown) => item is T): value is T[] {
  return Array.isArray(value) && value.length <= max && value.every(is);
}

export function isOptional<T>(value: unknown, is: (item: unknown) => item is T): value is T | undefined {
  return value === undefined || is(value);
}

/** Whether a link may be opened: plain web addresses only. */
export function isWebLink(url: string): boolean {
  if (!/^https?:\/\//i.test(url)) return false;
  return URL.canParse(url);
}
