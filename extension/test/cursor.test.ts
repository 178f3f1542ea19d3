import assert from "node:assert/strict";
import { test } from "node:test";
import type { Ctx } from "../src/ctx";
import { type McpServers, registerMcpServer } from "../src/cursor/mcpServer";
import { askWhoCompletes } from "../src/cursor/tab";
import { commands, window } from "./vscode";

/** The editor is outside here: its settings, its secrets, its memory. */
function setUp({ completesAtAll = true, registersMcpServer = true } = {}) {
  const kept = new Map<string, unknown>();
  const tokens = new Map<string, string>();
  const disposables: { dispose(): void }[] = [];
  const log: string[] = [];
  let tokenChanged: (event: { key: string }) => void = () => {};
  const config = {
    serverUrl: "https://a",
    registersMcpServer,
    completesAtAll,
    setCompletesAtAll: async (on: boolean) => {
      config.completesAtAll = on;
    },
  };
  const ctx = {
    config,
    own: <T extends { dispose(): void }>(one: T) => {
      disposables.push(one);
      return one;
    },
    log: { warn: (line: string) => log.push(line) },
    extension: {
      globalState: {
        get: (name: string) => kept.get(name),
        update: async (name: string, value: unknown) => kept.set(name, value),
      },
      secrets: {
        get: async (name: string) => tokens.get(name),
        onDidChange: (listener: typeof tokenChanged) => {
          tokenChanged = listener;
          return { dispose: () => {} };
        },
      },
    },
  } as unknown as Ctx;
  const setToken = (token: string) => {
    tokens.set("token:https://a", token);
    tokenChanged({ key: "token:https://a" });
  };
  const end = () => {
    for (const one of disposables) one.dispose();
  };
  return { ctx, config, log, setToken, end };
}

function cursor() {
  const told: string[] = [];
  const servers: McpServers = {
    registerServer: ({ name, server }) => told.push(`+${name} ${server.url} ${server.headers?.Authorization ?? "-"}`),
    unregisterServer: (name) => told.push(`-${name}`),
  };
  return { told, servers };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

test("the server is registered as it is now, and taken back at the end", async () => {
  const { ctx, setToken, end } = setUp();
  const { told, servers } = cursor();
  registerMcpServer(ctx, servers);
  // The newest counts, also when it comes before the first was read.
  setToken("cs_1");
  await settled();
  assert.deepEqual(told.splice(0), ["+codesaga https://a/mcp Bearer cs_1"]);
  setToken("cs_1");
  await settled();
  assert.deepEqual(told.splice(0), []);
  setToken("cs_2");
  await settled();
  assert.deepEqual(told.splice(0), ["-codesaga", "+codesaga https://a/mcp Bearer cs_2"]);
  end();
  assert.deepEqual(told.splice(0), ["-codesaga"]);
  end();
  assert.deepEqual(told, []);
});

test("nothing is registered where it is not wanted, and a refusal breaks nothing", async () => {
  const unwanted = cursor();
  registerMcpServer(setUp({ registersMcpServer: false }).ctx, unwanted.servers);
  const { ctx, log, end } = setUp();
  registerMcpServer(ctx, {
    ...unwanted.servers,
    registerServer: () => {
      throw new Error("not now");
    },
  });
  await settled();
  end();
  assert.deepEqual(unwanted.told, []);
  assert.deepEqual(log, ["Cursor does not take the MCP server: not now"]);
});

test("who completes is asked once, and the answer is respected", async () => {
  const disable = "editor.cpp.disableenabled";
  /** What was asked and run, and whether CodeSaga completes after it. */
  const asks = async (answer: string | undefined, given = setUp(), known = [disable]) => {
    const asked: string[] = [];
    window.showInformationMessage = async (...shown: string[]) => {
      asked.push(...shown.slice(1));
      return shown.length > 1 ? answer : undefined;
    };
    commands.getCommands = async () => known;
    commands.executeCommand = async (name: string) => void asked.push(name);
    await askWhoCompletes(given.ctx);
    return [...asked, given.config.completesAtAll];
  };
  const choices = ["Use CodeSaga", "Use Cursor Tab", "Keep Both"];
  assert.deepEqual(await asks("Use CodeSaga"), [...choices, disable, true]);
  assert.deepEqual(await asks("Use Cursor Tab"), [...choices, false]);
  assert.deepEqual(await asks("Keep Both"), [...choices, true]);
  const closed = setUp();
  assert.deepEqual(await asks(undefined, closed), [...choices, true]);
  assert.deepEqual(await asks("Use Cursor Tab", closed), [true], "who closed the question is not asked again");
  assert.deepEqual(await asks("Use CodeSaga", setUp({ completesAtAll: false })), [false], "nothing competes");
  assert.deepEqual(await asks("Use CodeSaga", setUp(), []), [true], "there is no Tab to turn off");
});
