// Free ports, and waiting until a server answers. No fixed sleep: it asks again until the answer or the deadline.
import { createServer } from "node:net";
import { setTimeout as wait } from "node:timers/promises";

const askAgainMs = 100;

/** A free port on loopback; `wanted` when it is free. */
export async function freePort(wanted) {
  if (wanted !== undefined && (await isFree(wanted))) return wanted;
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

export function isFree(port) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}

/** The answer of a server, or undefined when there is none in time. */
export async function ask(url, { timeoutMs = 1_000, ...options } = {}) {
  try {
    return await fetch(url, { ...options, signal: AbortSignal.timeout(timeoutMs) });
  } catch {
    return undefined;
  }
}

/** Waits until `url` answers with 2xx; throws at the deadline, or at once when the program behind it ended. */
export async function answers(url, program, { deadlineMs = 60_000 } = {}) {
  const stopped = { failure: undefined, yes: false };
  program?.ended.then((failure) => Object.assign(stopped, { yes: true, failure }));
  const deadline = Date.now() + deadlineMs;
  while (Date.now() < deadline) {
    if (stopped.yes) throw stopped.failure ?? new Error(`${program.name} ended before it answered`);
    const response = await ask(url);
    if (response?.ok) return response;
    await response?.body?.cancel();
    await wait(askAgainMs);
  }
  throw Object.assign(new Error(`${program?.name ?? url} did not answer at ${url} in ${deadlineMs / 1_000} s`), {
    tail: program?.tail ?? [],
    log: program?.log,
  });
}
