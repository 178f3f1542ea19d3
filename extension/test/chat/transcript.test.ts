import assert from "node:assert/strict";
import { test } from "node:test";
import { limits } from "../../src/chat/checks";
import { apply, isBusy, restore, settle, toKeep } from "../../src/chat/transcript";
import type { Conversation, Turn, TurnEvent } from "../../src/chat/turns";

const nothing: Conversation = { turns: [] };

/** Events as short lines, the conversation as the lines a reader would see. */
function check(events: TurnEvent[], expected: string, from = nothing) {
  assert.equal(shown(apply(from, events)), expected);
}

function shown({ turns }: Conversation): string {
  return turns.map((turn) => [`> ${turn.user}`, turn.answer, ...turn.notes, standing(turn)].join(" | ")).join("\n");
}

function standing({ state }: Turn): string {
  if (state.kind === "waiting") return `waiting ${state.line}`.trim();
  return state.kind === "failed" ? `failed: ${state.sentence}` : state.kind;
}

const asked = (turn: string, user: string): TurnEvent => ({ kind: "asked", turn, user, context: [] });
const text = (turn: string, said: string): TurnEvent => ({ kind: "text", turn, text: said });

test("an answer grows piece by piece and ends", () => {
  check([asked("1", "why?")], "> why? |  | waiting");
  check([asked("1", "why?"), { kind: "waiting", turn: "1", line: "3rd" }], "> why? |  | waiting 3rd");
  check([asked("1", "why?"), text("1", "Be"), text("1", "cause")], "> why? | Because | answering");
  check([asked("1", "why?"), text("1", "Because"), { kind: "done", turn: "1" }], "> why? | Because | done");
});

test("a grey line stands once", () => {
  const note: TurnEvent = { kind: "note", turn: "1", line: "shortened" };
  check([asked("1", "a"), note, text("1", "b"), note], "> a | b | shortened | answering");
});

test("what comes after the end changes nothing but the grey lines", () => {
  const stopped: TurnEvent = { kind: "stopped", turn: "1" };
  const note: TurnEvent = { kind: "note", turn: "1", line: "cut" };
  check(
    [asked("1", "a"), text("1", "b"), stopped, text("1", "c"), { kind: "done", turn: "1" }, note],
    "> a | b | cut | stopped",
  );
});

test("events of an unknown turn, and a question asked twice, change nothing", () => {
  const one = apply(nothing, [asked("1", "a")]);
  assert.equal(apply(one, [text("2", "x"), { kind: "done", turn: "2" }, asked("1", "again")]), one);
});

test("a failed question can be taken away and asked again", () => {
  const failed: TurnEvent = { kind: "failed", turn: "1", sentence: "No server.", code: "unreachable" };
  check([asked("1", "a"), failed], "> a |  | failed: No server.");
  check([asked("1", "a"), failed, { kind: "removed", turn: "1" }, asked("2", "a")], "> a |  | waiting");
});

test("a turn that no event touched is the same object", () => {
  const before = apply(nothing, [asked("1", "a"), { kind: "done", turn: "1" }, asked("2", "b")]);
  const after = apply(before, [text("2", "x")]);
  assert.equal(after.turns[0], before.turns[0]);
  assert.notEqual(after.turns[1], before.turns[1]);
});

test("the oldest turns go when there are more than a message may hold", () => {
  const events = Array.from({ length: limits.turnsMax + 2 }, (_, at) => asked(`${at}`, "a"));
  const { turns } = apply(nothing, events);
  assert.deepEqual([turns.length, turns[0]?.id], [limits.turnsMax, "2"]);
});

test("it is busy while one answer is open", () => {
  const open = apply(nothing, [asked("1", "a"), text("1", "b")]);
  assert.equal(isBusy(open), true);
  assert.equal(isBusy(apply(open, [{ kind: "done", turn: "1" }])), false);
});

test("after a reload the server is right, but stopped turns stay where nothing contradicts", () => {
  const { turns: kept } = apply(nothing, [
    asked("1", "a"),
    text("1", "A"),
    { kind: "done", turn: "1" },
    asked("2", "b"),
    text("2", "half"),
  ]);
  const log = [{ request: "ra", user: "a", context: [], answer: "A" }];
  assert.equal(shown({ turns: restore(kept, log) }), "> a | A | done\n> b | half | stopped");
  const longer = [...log, { request: "rc", user: "c", context: ["calc.py"], answer: "C" }];
  assert.equal(shown({ turns: restore(kept, longer) }), "> a | A | done\n> c | C | done");
  assert.equal(shown({ turns: restore([], log) }), "> a | A | done");
  // A page that went before it heard what its turn was stored under hears it now.
  assert.deepEqual(
    [restore(kept, log), restore(kept, longer)].map((turns) => turns.map(({ request }) => request)),
    [
      ["ra", undefined],
      ["ra", "rc"],
    ],
  );
});

test("an answer that was under way when the page went is stopped", () => {
  const { turns } = apply(nothing, [asked("1", "a"), asked("2", "b"), text("2", "x")]);
  assert.deepEqual(
    settle(turns).map(({ state }) => state.kind),
    ["stopped", "stopped"],
  );
});

test("the newest turns are kept, within the bound", () => {
  const conversation = apply({ ...nothing, session: "s" }, [
    asked("1", "aaaa"),
    asked("2", "bbbb"),
    asked("3", "cccc"),
  ]);
  const { session, turns } = toKeep(conversation, 9);
  assert.deepEqual([session, turns.map(({ user }) => user)], ["s", ["bbbb", "cccc"]]);
});
