import assert from "node:assert/strict";
import { test } from "node:test";
import { readToPage } from "../../src/chat/messages";
import { startTalk, type TalkWords } from "../../src/chat/talk";
import { apply } from "../../src/chat/transcript";
import type { Conversation, Kept, Turn } from "../../src/chat/turns";
import type { ReplyEvent, Session } from "../../src/engine";

const words: TalkWords = {
  queued: (place) => `place ${place}`,
  warning: (code) => `note ${code}`,
  failed: ({ code }) => `sorry, ${code}`,
  waitsForAnswer: () => "after the other",
  tooManyWait: () => "too many",
  loading: () => "loading",
  forgotten: () => "forgotten",
  notReached: () => "not reached",
};

const done: ReplyEvent = {
  kind: "done",
  promptTokens: 1,
  completionTokens: 1,
  firstTokenMs: 1,
  totalMs: 1,
  fromCache: false,
};

/** The engine is outside here: a reply is given event by event, a session is what the test says. */
function setUp(remembered?: string, find: (id: string) => Promise<Session | null> = async () => null) {
  const asked: { session: string; text: string; reply: ScriptedReply }[] = [];
  const stored = { session: remembered };
  let page: Conversation = { turns: [] };
  let ids = 0;
  const talk = startTalk({
    engine: {
      chat({ session, text }) {
        const reply = new ScriptedReply();
        asked.push({ session, text, reply });
        return reply;
      },
      session: find,
    },
    words,
    memory: {
      get: () => stored.session,
      set: (session) => {
        stored.session = session;
      },
    },
    tell: (message) => {
      page = message.type === "events" ? apply(page, message.events) : message.conversation;
    },
    newId: () => `id${++ids}`,
    schedule: (run) => queueMicrotask(run),
  });
  const shown = () => {
    // The page follows by events alone, and must come to the same conversation.
    assert.deepEqual(page.turns, talk.conversation().turns);
    return page.turns.map((turn) =>
      [turn.user, turn.answer, ...turn.notes, Object.values(turn.state).join(" ").trim()].join(" | "),
    );
  };
  return { talk, asked, stored, shown };
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
