/** The languages whose code is coloured, by what is written behind a fence. */

import { c, cpp, csharp, dart, java, kotlin, scala } from "@codemirror/legacy-modes/mode/clike";
import { css, less, sCSS } from "@codemirror/legacy-modes/mode/css";
import { diff } from "@codemirror/legacy-modes/mode/diff";
import { dockerFile } from "@codemirror/legacy-modes/mode/dockerfile";
import { go } from "@codemirror/legacy-modes/mode/go";
import { javascript, json, typescript } from "@codemirror/legacy-modes/mode/javascript";
import { lua } from "@codemirror/legacy-modes/mode/lua";
import { powerShell } from "@codemirror/legacy-modes/mode/powershell";
import { python } from "@codemirror/legacy-modes/mode/python";
import { ruby } from "@codemirror/legacy-modes/mode/ruby";
import { rust } from "@codemirror/legacy-modes/mode/rust";
import { shell } from "@codemirror/legacy-modes/mode/shell";
import { standardSQL } from "@codemirror/legacy-modes/mode/sql";
import { swift } from "@codemirror/legacy-modes/mode/swift";
import { toml } from "@codemirror/legacy-modes/mode/toml";
import { html, xml } from "@codemirror/legacy-modes/mode/xml";
import { yaml } from "@codemirror/legacy-modes/mode/yaml";
import type { StreamParser } from "@codemirror/streamparser";

// biome-ignore lint/suspicious/noExplicitAny: each mode has a state of its own, which only it looks into.
type Mode = StreamParser<any>;

/** The mode of a language; none for one that is not known. */
export function modeOf(language: string): Mode | undefined {
  return MODES.get(language.toLowerCase());
}

const MODES = new Map<string, Mode>(
  Object.entries({
    c,
    "c++": cpp,
    cpp,
    cs: csharp,
    csharp,
    css,
    dart,
    diff,
    docker: dockerFile,
    dockerfile: dockerFile,
    go,
    golang: go,
    h: c,
    hpp: cpp,
    html,
    java,
    javascript,
    javascriptreact: typescript,
    js: javascript,
    json,
    jsonc: json,
    jsx: typescript,
    kotlin,
    kt: kotlin,
    less,
    lua,
    patch: diff,
    php: java,
    powershell: powerShell,
    ps1: powerShell,
    py: python,
    python,
    rb: ruby,
    rs: rust,
    ruby,
    rust,
    bash: shell,
    scala,
    scss: sCSS,
    sh: shell,
    shell,
    shellscript: shell,
    sql: standardSQL,
    svelte: html,
    swift,
    toml,
    ts: typescript,
    tsx: typescript,
    typescript,
    typescriptreact: typescript,
    vue: html,
    xml,
    yaml,
    yml: yaml,
    zsh: shell,
  }),
);
