// The server of the keystroke benchmarks, on a thread of its own: notes when the first bytes of a request for a
// completion arrive, answers that there is nothing to say, and that at once.

import { parentPort } from "node:worker_threads";
import { END, factsAt, tabbyAnswer } from "./answers.mjs";
import { listenBoth } from "./both-versions.mjs";

const port = await listenBoth(
  (request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (piece) => {
      body += piece;
    });
    request.on("end", () => {
      if (request.method !== "POST") return send(response, "application/json", factsAt(request.url));
      if (body.includes('"segments":')) return send(response, "application/json", tabbyAnswer(""));
      return send(response, "text/event-stream", END);
    });
  },
  ({ kind, at, http2 }) => kind === "request" && parentPort.postMessage({ at, http2 }),
);
parentPort.postMessage({ port });

function send(response, type, body) {
  response.writeHead(200, { "content-type": type });
  response.end(body);
}
