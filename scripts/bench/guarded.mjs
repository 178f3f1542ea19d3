// The proxy as a team runs it: a key for every request, limits that count though none is reached, records kept.

import { mkdir, rm } from "node:fs/promises";
import path from "node:path";
import { run } from "../lib/places.mjs";
import { startProxy } from "./proxy.mjs";

/** Limits that are counted for every request and that no benchmark reaches. */
const LIMITS = {
  CODESAGA_IN_FLIGHT: "200",
  CODESAGA_REQUESTS_PER_MINUTE: "1000000000",
  CODESAGA_TOKENS_PER_MINUTE: "1000000000",
  CODESAGA_TOKENS_PER_DAY: "1000000000",
};

/** Starts it with a key of its own; `key` is what clients send. */
export async function startGuarded(tools, upstream, env = {}) {
  const { file, add } = await openKeys(tools);
  const key = await add("bench");
  const started = await startProxy(tools, upstream, { ...LIMITS, ...env, CODESAGA_KEYS_FILE: file });
  return { ...started, key };
}

/** A new keys file; `add(name)` puts a user into it and gives the key. */
export async function openKeys({ processes, proxyProgram }) {
  await mkdir(run, { recursive: true });
  const file = path.join(run, `bench-keys-${process.pid}.json`);
  await rm(file, { force: true });
  const add = async (name) => {
    const printed = await processes.run("bench-keys", proxyProgram, ["keys", "add", name, "--file", file]);
    const key = printed.split("\n").find((line) => /^cs_\S+$/.test(line.trim()));
    if (!key) throw new Error("the proxy printed no key");
    return key.trim();
  };
  return { file, add };
}
