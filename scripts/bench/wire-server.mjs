// The server of the keystroke benchmarks, on a thread of its own: notes when the first bytes of a request for a
// completion arrive, and answers at once, with a given text or with nothing.

import { parentPort, workerData } from "node:worker_threads";
import { chunk, END, factsAt, tabbyAnswer } from "./answers.mjs";
import { listenBoth } from "./both-versions.mjs";

const answer = workerData?.answer ? chunk(workerData.answer) + END : END;

const port = await listenBoth(
  (request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (piece) => {
      body += piece;
    });
    request.on("end", () => {
      if (request.method !== "POST") return send(response, "application/json", factsAt(request.url));
      if (body.includes('"segments":')) return send(response, "application/json", tabbyAnswer(""));
      return send(response, "text/event-stream", answer);
    });
  },
  ({ kind, at, http2 }) => kind === "request" && parentPort.postMessage({ at, http2 }),
);
parentPort.postMessage({ port });

function send(response, type, body) {
  response.writeHead(200, { "content-type": type });
  response.end(body);
}
