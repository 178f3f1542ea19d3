// Starts the server of CodeSaga in front of a model server, on loopback.
import { answers, ask, freePort } from "./ports.mjs";
import { program } from "./rust.mjs";

/** The port that the extension's own default setting names. */
const usualPort = 7411;

/**
 * Starts the proxy and waits until it serves; the model may still be loading (see `state`).
 * Settings that the user has in the environment (Redis, keys) apply unless `env` says otherwise.
 */
export async function startProxy({ processes, upstream, model, port, env = {}, name = "proxy" }) {
  const chosen = port ?? (await freePort(usualPort));
  const url = `http://127.0.0.1:${chosen}`;
  const started = processes.start(name, program("codesaga-proxy"), [], {
    env: {
      CODESAGA_LISTEN: `127.0.0.1:${chosen}`,
      CODESAGA_UPSTREAM: upstream,
      ...(model && { CODESAGA_MODEL: model }),
      ...env,
    },
  });
  await answers(`${url}/healthz`, started);
  return { ...started, url, port: chosen };
}

/** Waits until the model answers too. */
export function modelReady(proxy, { deadlineMs = 120_000 } = {}) {
  return answers(`${proxy.url}/readyz`, proxy, { deadlineMs });
}

/** What the proxy says of itself: 'ready', the code of what is in the way, or undefined when it does not answer. */
export async function state(url) {
  const response = await ask(`${url}/readyz`);
  if (!response) return undefined;
  const body = await response.json().catch(() => ({}));
  return response.ok ? "ready" : (body.error?.code ?? body.status ?? `HTTP ${response.status}`);
}
