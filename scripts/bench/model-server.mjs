// A server of CodeSaga with a model that knows the text being typed, on a thread of its own: what it answers at each
// place is oracle.mjs's, how fast is `pace`. Notes each completion request with its class, and when it was let go.

import { parentPort, workerData } from "node:worker_threads";
import { chunk, END, factsAt, tabbyAnswer } from "./answers.mjs";
import { listenBoth } from "./both-versions.mjs";
import { answerAt, cutAtStop, piecesOf, placeOf } from "./oracle.mjs";

const TOKENS_MAX = 192;

const { text, shares, seed, pace } = workerData;

const port = await listenBoth((request, response) => {
  if (request.method !== "POST") {
    response.writeHead(200, { "content-type": "application/json" });
    response.end(factsAt(request.url));
    return;
  }
  let body = "";
  request.setEncoding("utf8").on("data", (piece) => {
    body += piece;
  });
  request.on("end", () => {
    parentPort.postMessage({ kind: "request", class: request.headers["x-codesaga-class"] ?? "invoke" });
    answer(JSON.parse(body), response);
  });
});
parentPort.postMessage({ port });

function answer({ prompt, segments, stop = [], max_tokens: tokensMax = TOKENS_MAX }, response) {
  const place = placeOf(prompt ?? segments.prefix, text);
  const whole = place === -1 ? "" : cutAtStop(answerAt(text, place, shares, seed), stop);
  const pieces = piecesOf(whole).slice(0, tokensMax);
  let timer;
  let isWhole = false;
  response.on("finish", () => {
    isWhole = true;
  });
  response.on("close", () => {
    clearTimeout(timer);
    if (!isWhole) parentPort.postMessage({ kind: "let_go" });
  });
  // Tabby's client takes an answer only when it is whole.
  if (segments) {
    timer = setTimeout(
      () => {
        response.writeHead(200, { "content-type": "application/json" });
        response.end(tabbyAnswer(pieces.join("")));
      },
      pace.firstMs + pieces.length * pace.betweenMs,
    );
    return;
  }
  const go = (index) => {
    if (index === pieces.length) return response.end(END);
    response.write(chunk(pieces[index]));
    timer = setTimeout(go, pace.betweenMs, index + 1);
    return undefined;
  };
  timer = setTimeout(() => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    if (pace.betweenMs === 0) response.end(pieces.map((piece) => chunk(piece)).join("") + END);
    else go(0);
  }, pace.firstMs);
}
