import assert from "node:assert/strict";
import { test } from "node:test";
import { checksOf, type Findings } from "../src/diagnose/checks";

const fine: Findings = {
  serverUrl: "http://127.0.0.1:7411",
  server: { kind: "ready", model: "bllossom", template: "llama3", fim: false, contextLength: 8192, memory: "ok" },
  models: [{ name: "bllossom", isDefault: true, writes: true, fim: false, contextLength: 8192 }],
  wanted: {},
  hasToken: true,
  usesProxy: false,
  hasCaFile: false,
  completionOn: true,
  paused: false,
  trusted: true,
  remote: undefined,
  indexedFiles: 12,
  folders: 1,
};

/** What is said of findings that differ from fine ones, without what is fine. */
function said(different: Partial<Findings>): string[] {
  return checksOf({ ...fine, ...different })
    .filter(({ verdict }) => verdict !== "fine")
    .map(({ verdict, text, todo }) => [verdict, text, todo].filter(Boolean).join(" | "));
}

test("where everything is as it should be, nothing is complained of", () => {
  assert.deepEqual(said({}), []);
  assert.deepEqual(said({ serverUrl: "https://models.example", remote: "wsl", usesProxy: true, hasCaFile: true }), []);
});

test("what is wrong is said with what helps", () => {
  const ready = fine.server;
  assert.ok(ready?.kind === "ready");
  const offline = (code: string) => ({ server: { kind: "offline", code, message: "" } as const, models: undefined });
  const table: [Partial<Findings>, string[]][] = [
    [
      { serverUrl: "http://models.example:7411" },
      [
        "note | Server: http://models.example:7411 | Code and token travel unencrypted. Use https where the network is not your own.",
      ],
    ],
    [
      offline("unreachable"),
      ["wrong | The server cannot be reached. Check its address and whether it runs. (unreachable)"],
    ],
    [
      { ...offline("unauthorized"), hasToken: false },
      [
        "wrong | The server refused the token. Set a new one. (unauthorized)",
        "wrong | No token is set for this server. | Run “CodeSaga: Set Server Token”.",
      ],
    ],
    [
      { wanted: { all: "bllossom", chat: "nobody" } },
      ["wrong | The server does not list: nobody | Choose another one: “CodeSaga: Choose Model…”."],
    ],
    [
      { server: { ...ready, memory: "none" } },
      ["note | The server keeps no conversations, so there is no chat. | Chat needs codesaga-proxy."],
    ],
    [{ completionOn: false }, ["note | Completion is switched off. | The setting is codesaga.completion.enabled."]],
    [
      { trusted: false },
      [
        "note | The workspace is not trusted: only open files are read. | Trust the workspace to have its other files known.",
      ],
    ],
  ];
  for (const [different, expected] of table) assert.deepEqual(said(different), expected);
});
