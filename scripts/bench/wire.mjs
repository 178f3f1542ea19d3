// The wire between the engine and the proxy, on a thread of its own: a tap with a delay that tells what it saw.

import { once } from "node:events";
import { parentPort, workerData } from "node:worker_threads";
import { openTap } from "./tap.mjs";

const tap = openTap({ ...workerData, heard: (told) => parentPort.postMessage(told) });
tap.listen(0, "127.0.0.1");
await once(tap, "listening");
parentPort.postMessage({ port: tap.address().port });
