/** The colours of code in the editor's own theme. A page is told a theme's other colours, but not these. */

import * as vscode from "vscode";
import type { Ctx } from "../ctx";
import { readTheme, type ThemeFile, type TokenColours, tokenColours } from "./colours/theme";

/** More files than this are no chain of includes but a circle. */
const INCLUDES_MAX = 8;
const FILE_BYTES_MAX = 4_000_000;

/** The colours of the theme on show; none where its file cannot be found or read. */
export async function themeColours(ctx: Ctx): Promise<TokenColours> {
  const { kind } = vscode.window.activeColorTheme;
  for (const name of ctx.config.colourThemes(kind)) {
    const file = themeFile(name, kind);
    if (file) return tokenColours(await rulesOf(file));
  }
  return {};
}

interface ContributedTheme {
  id?: string;
  label?: string;
  uiTheme?: string;
  path?: string;
}

const KINDS: Readonly<Record<string, vscode.ColorThemeKind>> = {
  vs: vscode.ColorThemeKind.Light,
  "vs-dark": vscode.ColorThemeKind.Dark,
  "hc-black": vscode.ColorThemeKind.HighContrast,
  "hc-light": vscode.ColorThemeKind.HighContrastLight,
};

/** The file of a theme, when it is of that kind. */
function themeFile(name: string, kind: vscode.ColorThemeKind): vscode.Uri | undefined {
  for (const { packageJSON, extensionUri } of vscode.extensions.all) {
    const themes: unknown = packageJSON?.contributes?.themes;
    if (!Array.isArray(themes)) continue;
    const theme = (themes as ContributedTheme[]).find(({ id, label }) => (id ?? label) === name);
    if (!theme?.path || KINDS[theme.uiTheme ?? ""] !== kind) continue;
    return vscode.Uri.joinPath(extensionUri, theme.path);
  }
  return undefined;
}

/** The rules of the file, behind those of the files it includes. */
async function rulesOf(file: vscode.Uri): Promise<ThemeFile["rules"]> {
  const chain: ThemeFile["rules"][] = [];
  let next: vscode.Uri | undefined = file;
  while (next && chain.length < INCLUDES_MAX) {
    const theme: ThemeFile | undefined = await read(next);
    if (!theme) break;
    chain.unshift(theme.rules);
    next = theme.include === undefined ? undefined : vscode.Uri.joinPath(next, "..", theme.include);
  }
  return chain.flat();
}

async function read(file: vscode.Uri): Promise<ThemeFile | undefined> {
  try {
    const { size } = await vscode.workspace.fs.stat(file);
    if (size > FILE_BYTES_MAX) return undefined;
    return readTheme(new TextDecoder().decode(await vscode.workspace.fs.readFile(file)));
  } catch {
    return undefined;
  }
}
