import assert from "node:assert/strict";
import { test } from "node:test";
import type { Schedule } from "../../src/chat/batch";
import type { Member } from "../../src/chat/branches";
import { readToPage } from "../../src/chat/messages";
import { startTalk, type TalkWords } from "../../src/chat/talk";
import { apply } from "../../src/chat/transcript";
import type { Conversation, Kept, Turn } from "../../src/chat/turns";
import type { Asked } from "../../src/chat/underway";
import type { ReplyEvent, Session } from "../../src/engine";

const words: TalkWords = {
  queued: (place) => `place ${place}`,
  warning: (code) => `note ${code}`,
  reconnecting: () => "reconnecting",
  facts: ({ promptTokens }) => `${promptTokens} read`,
  failed: ({ code }) => `sorry, ${code}`,
  waitsForAnswer: () => "after the other",
  tooManyWait: () => "too many",
  loading: () => "loading",
  forgotten: () => "forgotten",
  notReached: () => "not reached",
  versionsUnknown: () => "versions unknown",
};

const done = {
  kind: "done",
  promptTokens: 1,
  completionTokens: 1,
  firstTokenMs: 1,
  totalMs: 1,
  fromCache: false,
} satisfies ReplyEvent;

/** The engine is outside here: a reply is given event by event, a session is what the test says. */
function setUp(
  remembered?: string,
  find: (id: string) => Promise<Session | null> = async () => null,
  members: Member[] | Promise<Member[]> | (() => Promise<Member[]>) = [],
  schedule: Schedule = queueMicrotask,
  underway?: Asked,
) {
  const asked: { session: string; request: string | undefined; text: string; reply: ScriptedReply }[] = [];
  const kept = { asked: underway };
  const stored = { session: remembered };
  const forked: { id: string; after?: string }[] = [];
  const deleted: string[] = [];
  let refusal: string | undefined;
  let page: Conversation = { turns: [] };
  let ids = 0;
  const talk = startTalk({
    engine: {
      chat({ session, request, text }) {
        const reply = new ScriptedReply();
        asked.push({ session, request, text, reply });
        return reply;
      },
      session: find,
      sessions: async () => (typeof members === "function" ? members() : members),
      async forkSession(id, place) {
        if (refusal !== undefined) throw new Error(refusal);
        forked.push({ id, ...place });
        return { id: `fork${forked.length}` };
      },
      async deleteTurn(id, request) {
        if (refusal !== undefined) throw new Error(refusal);
        deleted.push(`${id} ${request}`);
      },
    },
    words,
    memory: {
      get: () => stored.session,
      set: (session) => {
        stored.session = session;
      },
    },
    underway: {
      get: () => kept.asked,
      begin: (question) => {
        kept.asked = question;
      },
      end: (keep) => {
        if (!keep) kept.asked = undefined;
      },
    },
    tell: (message) => {
      page = message.type === "events" ? apply(page, message.events) : message.conversation;
    },
    newId: () => `id${++ids}`,
    schedule,
  });
  const refuse = (code: string) => {
    refusal = code;
  };
  const shown = () => {
    // The page follows by events alone, and must come to the same conversation.
    assert.deepEqual(page.turns, talk.conversation().turns);
    return page.turns.map((turn) =>
      [turn.user, turn.answer, ...turn.notes, Object.values(turn.state).join(" ").trim()].join(" | "),
    );
  };
  return { talk, asked, stored, shown, forked, deleted, refuse, kept };
}

class ScriptedReply {
  private readonly events: (ReplyEvent | null)[] = [];
  private wake: (() => void) | undefined;

  say(...events: (ReplyEvent | null)[]): Promise<void> {
    this.events.push(...events);
    this.wake?.();
    return settled();
  }

  async next(): Promise<ReplyEvent | null> {
    while (this.events.length === 0) {
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
    return this.events.shift() ?? null;
  }

  cancel(): void {
    void this.say(null);
  }
}

/** Everything that was set in motion has come to rest. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

const text = (said: string): ReplyEvent => ({ kind: "text", text: said });

test("a question is answered, with its place in the queue and its warnings on the way", async () => {
  const { talk, asked, shown, stored } = setUp();
  talk.ask("why?", [{ path: "src/calc.py", language: "python", startLine: 1, endLine: 2, text: "x" }]);
  assert.deepEqual(talk.conversation().turns[0]?.context, ["calc.py 1–2"]);
  await asked[0]?.reply.say({ kind: "queued", place: 3 });
  assert.deepEqual(shown(), ["why? |  | waiting place 3"]);
  await asked[0]?.reply.say(text("Be"), text("cause"), { kind: "warning", code: "turns_left_out", message: "" });
  assert.deepEqual(shown(), ["why? | Because | note turns_left_out | answering"]);
  await asked[0]?.reply.say(done);
  assert.deepEqual(shown(), ["why? | Because | note turns_left_out | done"]);
  assert.equal(asked[0]?.session, stored.session);
});

test("the second question goes into the same conversation, and waits for the first answer", async () => {
  const { talk, asked, shown } = setUp();
  talk.ask("one", []);
  talk.ask("two", []);
  await settled();
  assert.deepEqual(shown(), ["one |  | waiting", "two |  | waiting after the other"]);
  assert.equal(asked.length, 1);
  await asked[0]?.reply.say(text("1"), done);
  assert.deepEqual(shown(), ["one | 1 | done", "two |  | waiting"]);
  await asked[1]?.reply.say(text("2"), done);
  assert.deepEqual(shown(), ["one | 1 | done", "two | 2 | done"]);
  assert.equal(asked[0]?.session, asked[1]?.session);
});

test("stopping keeps what was said", async () => {
  const { talk, asked, shown } = setUp();
  talk.ask("one", []);
  await asked[0]?.reply.say(text("half"));
  talk.stop();
  await settled();
  assert.deepEqual(shown(), ["one | half | stopped"]);
});

test("a failure is one sentence, and asking again takes its place", async () => {
  const { talk, asked, shown } = setUp();
  talk.ask("one", []);
  await asked[0]?.reply.say({ kind: "failed", code: "unreachable", message: "x" });
  assert.deepEqual(shown(), ["one |  | failed sorry, unreachable unreachable"]);
  const [turn] = talk.conversation().turns;
  talk.retry(turn?.id ?? "");
  await asked[1]?.reply.say(text("now"), done);
  assert.deepEqual(shown(), ["one | now | done"]);
  talk.retry(talk.conversation().turns[0]?.id ?? "");
  assert.equal(asked.length, 2, "an answered question is not asked again");
});

test("a server that talks without end is still understood by the page", async () => {
  const { talk, asked } = setUp();
  talk.ask("one", []);
  await asked[0]?.reply.say({ kind: "failed", code: "x".repeat(10_000), message: "" });
  const events = talk.conversation().turns.map(({ state }) => ({ ...state, turn: "t1" }));
  assert.ok(readToPage({ type: "events", events }));
});

test("questions do not wait without end", async () => {
  const { talk, asked, shown } = setUp();
  for (const question of ["1", "2", "3", "4", "5", "6"]) talk.ask(question, []);
  await settled();
  assert.equal(asked.length, 1);
  assert.deepEqual(shown().at(-1), "6 |  | failed too many too_many_waiting");
});

test("a new conversation lets the old answer go and has another id", async () => {
  const { talk, asked, shown, stored } = setUp();
  talk.ask("one", []);
  await asked[0]?.reply.say(text("half"));
  talk.startNew();
  assert.deepEqual([shown(), stored.session], [[], undefined]);
  await settled();
  talk.ask("two", []);
  await asked[1]?.reply.say(text("2"), done);
  assert.deepEqual(shown(), ["two | 2 | done"]);
  assert.notEqual(asked[0]?.session, asked[1]?.session);
});

const session: Session = {
  id: "s1",
  title: "one",
  createdAt: 0,
  updatedAt: 0,
  log: [{ request: "r1", user: "one", context: [], assistant: "1", at: 0 }],
};
const kept: Kept = {
  session: "s1",
  turns: [{ id: "k1", user: "one", context: [], answer: "kept", notes: [], state: { kind: "done" } }],
};

test("after a reload the conversation comes from the server and goes on", async () => {
  const { talk, asked, shown } = setUp("s1", async () => session);
  await talk.comeBack(null);
  assert.deepEqual(shown(), ["one | 1 | done"]);
  talk.ask("two", []);
  assert.equal(asked[0]?.session, "s1");
});

test("a question asked before the conversation is back stands behind it", async () => {
  let answer = (_found: Session) => {};
  const { talk, asked, shown } = setUp("s1", () => new Promise((resolve) => (answer = resolve)));
  talk.ask("two", []);
  await asked[0]?.reply.say(text("2"), done);
  answer(session);
  await settled();
  assert.deepEqual(shown(), ["one | 1 | done", "two | 2 | done"]);
});

test("when the server has forgotten it, what the page kept is shown and said to be that", async () => {
  const { talk, shown } = setUp("s1", async () => null);
  await talk.comeBack(kept);
  assert.deepEqual([shown(), talk.conversation().line], [["one | kept | done"], "forgotten"]);
});

test("when the server cannot be reached, likewise", async () => {
  const { talk, shown } = setUp("s1", async () => {
    throw new Error("refused");
  });
  await talk.comeBack(kept);
  assert.deepEqual([shown(), talk.conversation().line], [["one | kept | done"], "not reached"]);
});

test("that the server cannot be reached is said once", async () => {
  const { talk, asked, shown } = setUp("s1", async () => {
    throw new Error("refused");
  });
  await talk.comeBack(kept);
  talk.ask("two", []);
  await asked[0]?.reply.say({ kind: "failed", code: "unreachable", message: "" });
  assert.deepEqual(
    [shown(), talk.conversation().line],
    [["one | kept | done", "two |  | failed sorry, unreachable unreachable"], undefined],
  );
});

test("once the server answers again, it is asked again what it remembers", async () => {
  const second = { request: "r2", user: "two", context: [], assistant: "2", at: 1 };
  const cases: [Session | null, string | undefined][] = [
    [{ ...session, log: [...session.log, second] }, undefined],
    [{ ...session, log: [second] }, "forgotten"],
    [null, "forgotten"],
  ];
  for (const [found, line] of cases) {
    let reached = false;
    const { talk, asked } = setUp("s1", async () => {
      if (!reached) throw new Error("refused");
      return found;
    });
    await talk.comeBack({ ...kept, turns: [{ ...(kept.turns[0] as Turn), answer: "1" }] });
    assert.equal(talk.conversation().line, "not reached");
    reached = true;
    talk.ask("two", []);
    await asked[0]?.reply.say(text("2"), done);
    assert.equal(talk.conversation().line, line);
    assert.equal(talk.conversation().turns.length, 2);
  }
});

test("what the page kept of another conversation is not shown in this one", async () => {
  const { talk, shown } = setUp("s2", async () => null);
  await talk.comeBack(kept);
  assert.deepEqual([shown(), talk.conversation().line], [[], undefined]);
});

test("a late answer about an old conversation does not bring it back", async () => {
  let answer = (_found: Session) => {};
  const { talk, shown } = setUp("s1", () => new Promise((resolve) => (answer = resolve)));
  const back = talk.comeBack(null);
  talk.startNew();
  answer(session);
  await back;
  assert.deepEqual(shown(), []);
});

test("a conversation chosen from the list takes the place of this one", async () => {
  const { talk, shown, stored } = setUp();
  talk.ask("other", []);
  talk.change(session);
  await settled();
  assert.deepEqual([shown(), stored.session], [["one | 1 | done"], "s1"]);
});

/** A conversation of two answered questions. */
async function twoAnswered(members: Member[] = []) {
  const scene = setUp(undefined, async (id) => ({ ...session, id }), members);
  for (const [at, question] of ["one", "two"].entries()) {
    scene.talk.ask(question, []);
    await scene.asked[at]?.reply.say(text(`${at + 1}`), { ...done, request: `r${at + 1}` });
  }
  return scene;
}

test("what an answer took and what the server stored it under are kept with it", async () => {
  const { talk } = await twoAnswered();
  const [turn] = talk.conversation().turns;
  assert.deepEqual([turn?.facts, turn?.request], ["1 read", "r1"]);
});

test("while a connection is lost the answer waits, and goes on where it was", async () => {
  const { talk, asked, shown } = setUp();
  talk.ask("one", []);
  await asked[0]?.reply.say(text("ha"), { kind: "warning", code: "reconnecting", message: "" });
  assert.deepEqual(shown(), ["one | ha | waiting reconnecting"]);
  await asked[0]?.reply.say(text("lf"), done);
  assert.deepEqual(shown(), ["one | half | done"]);
});

test("an earlier question asked differently begins another version, and the first one stays", async () => {
  const { talk, asked, shown, forked, stored } = await twoAnswered();
  const [, second] = talk.conversation().turns;
  const first = stored.session;
  await talk.askAgain(second?.id ?? "", "zwei");
  assert.deepEqual(forked, [{ id: first, after: "r1" }]);
  assert.equal(stored.session, "fork1");
  await asked[2]?.reply.say(text("2"), done);
  assert.deepEqual([asked[2]?.session, asked[2]?.text], ["fork1", "zwei"]);
  assert.deepEqual(shown(), ["one | 1 | done", "zwei | 2 | done"]);
});

test("the very first question asked again takes nothing over", async () => {
  const { talk, asked, forked, stored } = await twoAnswered();
  const first = stored.session;
  await talk.askAgain(talk.conversation().turns[0]?.id ?? "");
  assert.deepEqual(forked, [{ id: first }]);
  assert.deepEqual([asked[2]?.session, asked[2]?.text], ["fork1", "one"]);
  assert.equal(talk.conversation().turns.length, 1);
});

test("what the server never stored is asked anew in its place", async () => {
  const { talk, asked, shown, forked } = await twoAnswered();
  talk.ask("three", []);
  await asked[2]?.reply.say(text("ha"), null);
  const [, , third] = talk.conversation().turns;
  await talk.askAgain(third?.id ?? "", "drei");
  await asked[3]?.reply.say(text("3"), done);
  assert.deepEqual(forked, []);
  assert.deepEqual(shown(), ["one | 1 | done", "two | 2 | done", "drei | 3 | done"]);
});

test("a server that refuses another version changes nothing", async () => {
  const { talk, asked, shown, refuse } = await twoAnswered();
  const before = shown();
  refuse("not_found");
  await assert.rejects(talk.askAgain(talk.conversation().turns[0]?.id ?? "", "eins"), /not_found/);
  await assert.rejects(talk.remove(talk.conversation().turns[0]?.id ?? ""), /not_found/);
  assert.deepEqual([shown(), asked.length], [before, 2]);
});

test("an answer that is deleted is deleted where it is stored, and then here", async () => {
  const { talk, shown, deleted, stored } = await twoAnswered();
  await talk.remove(talk.conversation().turns[0]?.id ?? "");
  assert.deepEqual(deleted, [`${stored.session} r1`]);
  assert.deepEqual(shown(), ["two | 2 | done"]);
});

test("the versions of a conversation are found when it is opened", async () => {
  const members: Member[] = [
    { id: "s1", createdAt: 1 },
    { id: "s2", createdAt: 2, forkOf: { session: "s1" } },
  ];
  const { talk } = setUp("s1", async () => session, members);
  await talk.comeBack(null);
  assert.deepEqual(talk.conversation().branches, [{ after: "", sessions: ["s1", "s2"], at: 0 }]);
});

test("that the versions could not be listed is said, and they are looked for again after the next answer", async () => {
  let fails = true;
  const members: Member[] = [
    { id: "s1", createdAt: 1 },
    { id: "s2", createdAt: 2, forkOf: { session: "s1" } },
  ];
  const list = async () => {
    if (fails) throw new Error("refused");
    return members;
  };
  const { talk, asked, shown } = setUp("s1", async () => session, list);
  await talk.comeBack(null);
  assert.deepEqual([shown(), talk.conversation().line], [["one | 1 | done"], "versions unknown"]);
  talk.ask("two", []);
  await asked[0]?.reply.say(text("2"), done);
  assert.equal(talk.conversation().line, "versions unknown");
  fails = false;
  talk.ask("three", []);
  await asked[1]?.reply.say(text("3"), done);
  const { line, branches } = talk.conversation();
  assert.deepEqual([line, branches], [undefined, [{ after: "", sessions: ["s1", "s2"], at: 0 }]]);
});

test("the versions that are found while an answer streams take no word of it", async () => {
  let answer = (_members: Member[]) => {};
  const members = new Promise<Member[]>((resolve) => (answer = resolve));
  const { talk, asked, shown } = setUp("s1", async () => session, members, setImmediate);
  const back = talk.comeBack(null);
  await settled();
  talk.ask("two", []);
  // The piece of text is gathered, and not told yet, when the versions arrive.
  void asked[0]?.reply.say(text("2"));
  await Promise.resolve();
  await Promise.resolve();
  answer([
    { id: "s1", createdAt: 1 },
    { id: "s2", createdAt: 2, forkOf: { session: "s1", after: "r1" } },
  ]);
  await back;
  await settled();
  assert.equal(talk.conversation().branches?.length, 1);
  assert.deepEqual(shown(), ["one | 1 | done", "two | 2 | answering"]);
});

const running: Asked = { session: "s1", turn: "k2", text: "two", context: [] };
const half: Turn = { id: "k2", user: "two", context: [], answer: "ha", notes: [], state: { kind: "answering" } };

test("an answer that ran when the window was loaded again is taken up, under its own name and from its beginning", async () => {
  const { talk, asked, shown, kept: noted } = setUp("s1", async () => session, [], queueMicrotask, running);
  assert.deepEqual([asked[0]?.session, asked[0]?.request, asked[0]?.text], ["s1", "k2", "two"]);
  talk.ask("three", []);
  await talk.comeBack({ session: "s1", turns: [...kept.turns.map((turn) => ({ ...turn, answer: "1" })), half] });
  await asked[0]?.reply.say(text("ha"), text("lf"));
  assert.equal(asked.length, 1, "asked once, and the next question waits");
  await asked[0]?.reply.say({ ...done, request: "k2" });
  await asked[1]?.reply.say(text("3"), done);
  assert.deepEqual(shown().sort(), ["one | 1 | done", "three | 3 | done", "two | half | done"]);
  assert.equal(noted.asked, undefined);
});

test("the very first question of a conversation, which the server has not stored yet, is taken up too", async () => {
  const { talk, asked, shown } = setUp("s1", async () => null, [], queueMicrotask, running);
  await talk.comeBack({ session: "s1", turns: [half] });
  await asked[0]?.reply.say(text("half"), done);
  assert.deepEqual([shown(), talk.conversation().line], [["two | half | done"], undefined]);
});

test("one that ended meanwhile comes from the server's memory, and is not asked again", async () => {
  const second = { request: "k2", user: "two", context: [], assistant: "2", at: 1 };
  const whole = { ...session, log: [...session.log, second] };
  const { talk, asked, shown, kept: noted } = setUp("s1", async () => whole, [], queueMicrotask, running);
  await talk.comeBack({ session: "s1", turns: [...kept.turns, half] });
  await settled();
  assert.deepEqual(shown(), ["one | 1 | done", "two | 2 | done"]);
  assert.deepEqual([asked.length, noted.asked], [1, undefined]);
});

test("an answer is kept for the next window unless it ended or was stopped", async () => {
  const { talk, asked, kept: noted } = setUp();
  talk.ask("one", []);
  assert.equal(noted.asked?.turn, talk.conversation().turns[0]?.id);
  // The engine closes under it.
  await asked[0]?.reply.say(text("ha"), null);
  assert.equal(noted.asked?.text, "one");
  talk.ask("two", []);
  talk.stop();
  await settled();
  assert.equal(noted.asked, undefined);
  talk.ask("three", []);
  await asked[2]?.reply.say(text("3"), done);
  assert.equal(noted.asked, undefined);
});

test("an answer of another conversation, or one that a new conversation let go, is not taken up", async () => {
  const other = setUp("s2", async () => null, [], queueMicrotask, running);
  await other.talk.comeBack(null);
  assert.equal(other.asked.length, 0);
  const { talk, asked, shown, kept: noted } = setUp("s1", async () => session, [], queueMicrotask, running);
  talk.startNew();
  await settled();
  assert.deepEqual([asked.length, shown(), noted.asked], [1, [], undefined]);
});
