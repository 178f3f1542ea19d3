/** The colours of code in a colour theme's file. Pure: what the file says comes as text. */

import { KIND_SCOPES, type TokenKind } from "./kinds";

export type TokenColours = Partial<Record<TokenKind, string>>;

/** A rule of a theme: what it is about, and how that looks. */
interface Rule {
  scopes: string[];
  colour: string;
}

/** What a theme's file says: its own rules, and the file they come after. */
export interface ThemeFile {
  include: string | undefined;
  rules: Rule[];
}

/** A theme's file, which is JSON with comments; undefined when it is none. */
export function readTheme(text: string): ThemeFile | undefined {
  let theme: unknown;
  try {
    theme = JSON.parse(plainJson(text));
  } catch {
    return undefined;
  }
  if (typeof theme !== "object" || theme === null) return undefined;
  const { include, tokenColors } = theme as Record<string, unknown>;
  return {
    include: typeof include === "string" ? include : undefined,
    rules: Array.isArray(tokenColors) ? tokenColors.flatMap(ruleOf) : [],
  };
}

/** The colour of each kind that the rules know; of two rules the more exact one counts, then the later one. */
export function tokenColours(rules: readonly Rule[]): TokenColours {
  const colours: TokenColours = {};
  for (const [kind, scopes] of Object.entries(KIND_SCOPES)) {
    for (const scope of scopes) {
      const colour = colourOf(scope, rules);
      if (colour === undefined) continue;
      colours[kind as TokenKind] = colour;
      break;
    }
  }
  return colours;
}

export function isColour(value: unknown): value is string {
  return typeof value === "string" && /^#(?:[0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})$/i.test(value);
}

function colourOf(scope: string, rules: readonly Rule[]): string | undefined {
  let best = 0;
  let found: string | undefined;
  for (const { scopes, colour } of rules) {
    for (const one of scopes) {
      if (!(scope === one || scope.startsWith(`${one}.`)) || one.length < best) continue;
      best = one.length;
      found = colour;
    }
  }
  return found;
}

function ruleOf(value: unknown): Rule[] {
  if (typeof value !== "object" || value === null) return [];
  const { scope, settings } = value as { scope?: unknown; settings?: { foreground?: unknown } };
  const colour = settings?.foreground;
  if (!isColour(colour)) return [];
  const written = Array.isArray(scope) ? scope : typeof scope === "string" ? scope.split(",") : [];
  const scopes = written
    .filter((one): one is string => typeof one === "string")
    .map((one) => one.trim())
    // A scope inside another one is about less than the kinds here.
    .filter((one) => one !== "" && !/\s/.test(one));
  return [{ scopes, colour }];
}

/** Without comments and without commas before a closing bracket; strings stay as they are. */
function plainJson(text: string): string {
  const parts = /("(?:[^"\\]|\\.)*")|\/\/[^\n]*|\/\*[\s\S]*?\*\/|,(?=(?:\s|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*[\]}])/g;
  return text.replace(/^\uFEFF/, "").replace(parts, (_, string: string | undefined) => string ?? "");
}
