import assert from "node:assert/strict";
import { test } from "node:test";
import type { Pause } from "../src/completion/pause";
import type { ServerStatus } from "../src/engine";
import { type Facts, faceOf } from "../src/statusFace";
import { askAgainAfterMs, type Known, statusOf } from "../src/statusUnion";

const ready: ServerStatus = {
  kind: "ready",
  model: "bllossom",
  template: "llama3",
  fim: false,
  contextLength: 8192,
  memory: "ok",
};
const loading: ServerStatus = { kind: "loading", model: "bllossom", seconds: 12 };
const offline: ServerStatus = { kind: "offline", code: "unreachable", message: "connection refused" };
const facts: Facts = {
  serverUrl: "http://127.0.0.1:7411",
  firstTokenMs: 181.4,
  acceptedToday: 3,
  shownToday: 8,
  languageOff: undefined,
};

function check(known: Partial<Known>, text: string, tooltip: string, command = "codesaga.menu"): void {
  const status = statusOf({ server: ready, pause: undefined, working: 0, place: undefined, ...known });
  const face = faceOf(status, facts);
  assert.deepEqual([face.text, face.tooltip.join(" | "), face.command], [text, tooltip, command]);
}

const readyTooltip =
  "Model: bllossom | Server: http://127.0.0.1:7411 | First token: 181 ms (median) | Suggestions accepted today: 3 of 8";
const offlineTooltip = "The server cannot be reached. Check its address and whether it runs. | http://127.0.0.1:7411";

test("before the server was asked", () =>
  check({ server: undefined }, "$(loading~spin) CodeSaga", "Connecting to http://127.0.0.1:7411"));

test("while the model loads, with seconds", () =>
  check(
    { server: loading },
    "$(loading~spin) CodeSaga 12s",
    "Loading the model (12 s so far). The first answer comes after that. | bllossom",
  ));

test("ready", () => check({}, "$(sparkle) CodeSaga", readyTooltip));

test("a spinner only for work the user asked for", () =>
  check({ working: 1 }, "$(loading~spin) CodeSaga", readyTooltip));

test("waiting in the queue", () => {
  check({ working: 1, place: 3 }, "$(sparkle) 3rd", "Waiting in the team's queue: 3rd");
  check({ working: 1, place: 12 }, "$(sparkle) 12th", "Waiting in the team's queue: 12th");
  check({ working: 1, place: 21 }, "$(sparkle) 21st", "Waiting in the team's queue: 21st");
});

test("paused, which way, and a click resumes", () => {
  const paused = (pause: Pause, sentence: string) =>
    check({ pause }, "$(debug-pause) CodeSaga", `${sentence} | Click to resume.`, "codesaga.resumeCompletion");
  paused({ kind: "untilResumed" }, "Completion is paused.");
  paused({ kind: "untilTime", until: new Date(2026, 0, 1, 9, 5).getTime() }, "Completion is paused until 09:05.");
  paused({ kind: "file" }, "Completion is paused in this file.");
});

test("work asked for by hand shows through a pause", () =>
  check({ pause: { kind: "file" }, working: 1 }, "$(loading~spin) CodeSaga", readyTooltip));

test("a language that is off is named", () => {
  const status = statusOf({ server: ready, pause: undefined, working: 0, place: undefined });
  assert.equal(faceOf(status, { ...facts, languageOff: "Python" }).tooltip.at(-1), "Completion is off for Python.");
});

test("offline tells why and what to do, also while paused or working", () => {
  check({ server: offline }, "$(warning) CodeSaga", offlineTooltip);
  check(
    { server: offline, pause: { kind: "untilResumed" }, working: 1, place: 2 },
    "$(warning) CodeSaga",
    offlineTooltip,
  );
});

test("the server is asked often until it is ready", () => {
  assert.deepEqual([undefined, loading, offline, ready].map(askAgainAfterMs), [1000, 1000, 1000, 30_000]);
});
