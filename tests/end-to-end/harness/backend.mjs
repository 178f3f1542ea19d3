// The half of CodeSaga that is not the editor: a model server with the real proxy in front of it.
import { installModel, smallModel, startModel } from "../../../scripts/lib/model.mjs";
import { freePort } from "../../../scripts/lib/ports.mjs";
import { openProcesses } from "../../../scripts/lib/processes.mjs";
import { modelReady, startProxy } from "../../../scripts/lib/proxy.mjs";
import { speaker } from "../../../scripts/lib/words.mjs";
import { openLine } from "./line.mjs";
import { startScripted } from "./scripted.mjs";

// Settings of the developer's own server must not reach the tests'.
const proxyEnv = {
  CODESAGA_REDIS_URL: undefined,
  CODESAGA_KEYS_FILE: undefined,
  CODESAGA_LOG: undefined,
  CODESAGA_CONTEXT_LENGTH: undefined,
  CODESAGA_KEEP_ALIVE: undefined,
  // A test that scripts another answer to the same question wants that one.
  CODESAGA_ANSWER_CACHE: "off",
};

/** What the installing parts of scripts/lib expect; a test shows no progress. */
export function quietKit(processes) {
  return { processes, say: speaker("en"), progress: { step: (_name, work) => work(() => {}), line: () => {} } };
}

/**
 * @param {{ name: string, model: 'scripted' | 'small', contextTokens?: number, env?: Record<string, string>,
 *   withLine?: boolean }} wanted
 *   `name` is that of the log files, `contextTokens` the small model's, `env` what the proxy is told besides; with a line
 *   (line.mjs) the way to it can be cut.
 */
export async function openBackend(wanted) {
  const processes = openProcesses();
  try {
    return await start(processes, wanted);
  } catch (error) {
    // What was started would keep the test file from ending.
    await processes.endAll();
    throw error;
  }
}

async function start(processes, { name, model, contextTokens, env, withLine }) {
  const upstream =
    model === "small"
      ? await startSmall(quietKit(processes), name, contextTokens)
      : await startScripted({ processes, name });
  // A free port, so that a server of the developer's own on the usual one is never met.
  const settings = {
    processes,
    upstream: upstream.url,
    model: upstream.model,
    name: `${name}-proxy`,
    port: await freePort(),
    env: { ...proxyEnv, ...env },
  };
  let proxy = await startProxy(settings);
  await modelReady(proxy);
  const line = withLine ? await openLine(proxy.url) : undefined;

  return {
    processes,
    url: line?.url ?? proxy.url,
    line,
    upstreamUrl: upstream.url,
    scripted: model === "scripted" ? upstream : undefined,
    stopProxy: () => proxy.end(),
    async startProxyAgain() {
      proxy = await startProxy(settings);
      await modelReady(proxy);
    },
    async close() {
      await line?.close();
      await processes.endAll();
    },
  };
}

async function startSmall(kit, name, contextTokens) {
  await installModel(kit);
  return { ...(await startModel({ ...kit, name: `${name}-model`, contextTokens })), model: smallModel };
}
