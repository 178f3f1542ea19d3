import assert from "node:assert/strict";
import { test } from "node:test";
import { patientReply } from "../../src/chat/patient";
import type { Reply, ReplyEvent } from "../../src/engine";

const busy: ReplyEvent = { kind: "failed", code: "session_busy", message: "" };
const said: ReplyEvent = { kind: "text", text: "hi" };

/** Answers one after another; the last one again and again. What the caller sees, and how often was asked. */
async function check(answers: ReplyEvent[][], expected: (ReplyEvent | null)[], asks: number, cancelAt = Infinity) {
  let asked = 0;
  let reply: Reply | undefined;
  const ask = (): Reply => {
    const events = [...(answers[Math.min(asked, answers.length - 1)] ?? [])];
    asked += 1;
    return { next: async () => events.shift() ?? null, cancel: () => void events.splice(0) };
  };
  reply = patientReply(ask, async () => {
    if (asked === cancelAt) reply?.cancel();
  });
  const seen: (ReplyEvent | null)[] = [];
  while (seen.at(-1) !== null) seen.push(await reply.next());
  assert.deepEqual(seen, expected);
  assert.equal(asked, asks);
}

test("an answer that comes is handed on as it is", () => check([[said]], [said, null], 1));

test("a busy conversation is asked again, without a word", () => check([[busy], [busy], [said]], [said, null], 3));

test("one that stays busy is a failure in the end", () => check([[busy]], [busy, null], 8));

test("cancelling while it waits asks no more", () => check([[busy]], [null], 2, 2));

test("another failure is not asked again", async () => {
  const refused: ReplyEvent = { kind: "failed", code: "unauthorized", message: "" };
  await check([[refused]], [refused, null], 1);
});
