// A thread of its own for a stand-in server, so that its clock is not held up by the work that is measured; all threads
// of a process read the same monotonic clock.

import { Worker } from "node:worker_threads";

/**
 * Starts `file` of this folder as a worker and waits for the port that it says first.
 * Its further messages go to `heard` as they come, or are kept for `next()` when nobody listens.
 */
export async function startWorker(file, workerData, heard) {
  const worker = new Worker(new URL(`./${file}`, import.meta.url), { workerData });
  const kept = [];
  const waiting = [];
  worker.on("message", (message) => {
    if (message.port === undefined && heard) heard(message);
    else if (waiting.length > 0) waiting.shift().resolve(message);
    else kept.push(message);
  });
  worker.on("error", (error) => {
    for (const { reject } of waiting.splice(0)) reject(error);
  });
  const next = () =>
    kept.length > 0
      ? Promise.resolve(kept.shift())
      : new Promise((resolve, reject) => waiting.push({ resolve, reject }));
  const { port } = await next();
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    next,
    /** All messages that were not asked for yet. */
    take: () => kept.splice(0),
    say: (message) => worker.postMessage(message),
    end: () => worker.terminate(),
  };
}
