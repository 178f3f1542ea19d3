// The server of the keystroke benchmarks, on a thread of its own: notes when the first bytes of a request for a
// completion arrive, answers that there is nothing to say, and that at once.

import { parentPort } from "node:worker_threads";
import { END, MODELS, READY } from "./answers.mjs";
import { listenBoth } from "./both-versions.mjs";

const port = await listenBoth(
  (request, response) => {
    const isQuestion = request.method === "POST";
    request.resume().on("end", () => {
      response.writeHead(200, { "content-type": isQuestion ? "text/event-stream" : "application/json" });
      response.end(isQuestion ? END : request.url === "/v1/models" ? MODELS : READY);
    });
  },
  ({ kind, at, http2 }) => kind === "request" && parentPort.postMessage({ at, http2 }),
);
parentPort.postMessage({ port });
