// The real proxy in front of a model server, for one benchmark.

import { answers, freePort } from "../lib/ports.mjs";

/** Starts it on a free port and waits until the model answers through it. `env` are settings besides. */
export async function startProxy({ processes, proxyProgram }, upstream, env = {}) {
  const port = await freePort();
  const program = processes.start(`bench-proxy-${port}`, proxyProgram, [], {
    // A load generator asks the same again and again; each time is to be measured.
    env: {
      CODESAGA_LISTEN: `127.0.0.1:${port}`,
      CODESAGA_UPSTREAM: upstream,
      CODESAGA_ANSWER_CACHE: "off",
      ...env,
    },
  });
  const url = `http://127.0.0.1:${port}`;
  await answers(`${url}/readyz`, program);
  return { url, port, pid: program.pid, end: program.end };
}
