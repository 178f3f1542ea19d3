import assert from "node:assert/strict";
import { test } from "node:test";
import { Candidate } from "../../src/edits/candidate";
import { type Draft, draftOf, inDocument, inProposed, proposed } from "../../src/edits/draft";
import { applyAll, type Replacement } from "../../src/textEdits";

/** A document with `before` between two lines, and an answer that makes `after` of it. */
function open(before: string, after: string): { document: string; candidate: Candidate } {
  const document = `head\n${before}tail\n`;
  const draft = draftOf(document, [{ start: 5, end: 5 + before.length, text: after }]);
  assert.ok(draft);
  return { document, candidate: new Candidate(draft, after) };
}

function written(document: string, candidate: Candidate, id: number): string {
  const write = candidate.startAccept([id], document);
  const now = applyAll(document, write);
  candidate.changed(write, now);
  return now;
}

function shown(draft: Draft): string[] {
  return draft.hunks.map((hunk) => `${draft.text.slice(hunk.start, hunk.end)}→${hunk.text}`);
}

test("an answer that changes nothing is no draft", () => {
  assert.equal(draftOf("a\nb\n", [{ start: 0, end: 2, text: "a\n" }]), undefined);
  assert.equal(draftOf("a\nb\n", []), undefined);
});

test("hunks are accepted and rejected one by one", () => {
  const { document, candidate } = open("a\nb\nc\nd\ne\n", "A\nb\nC\nd\nE\n");
  assert.equal(candidate.lines, 3);
  candidate.reject(1);
  assert.deepEqual(shown(candidate.draft), ["a\n→A\n", "e\n→E\n"]);
  const now = written(document, candidate, 0);
  assert.equal(now, "head\nA\nb\nc\nd\ne\ntail\n");
  assert.deepEqual(shown(candidate.draft), ["e\n→E\n"]);
  assert.equal(proposed(candidate.draft, now), "head\nA\nb\nc\nd\nE\ntail\n");
});

test("undoing an accepted hunk proposes it again, and a rejected one stays rejected", () => {
  const { document, candidate } = open("a\nb\nc\n", "A\nb\nC\n");
  const now = written(document, candidate, 0);
  candidate.reject(1);
  candidate.changed([{ start: 5, end: 7, text: "a\n" }], document);
  assert.deepEqual(shown(candidate.draft), ["a\n→A\n"]);
  candidate.changed([{ start: 5, end: 7, text: "A\n" }], now);
  assert.deepEqual(shown(candidate.draft), []);
});

test("what the user changes and takes back leaves the proposal as it was", () => {
  const { document, candidate } = open("a\nb\n", "A\nb\n");
  candidate.changed([{ start: 7, end: 8, text: "한" }], document.replace("b", "한"));
  assert.equal(candidate.isIntact(document.replace("b", "한")), false);
  candidate.changed([{ start: 7, end: 8, text: "b" }], document);
  assert.equal(candidate.isIntact(document), true);
});

function checkRebase(before: string, after: string, theirs: string, merged: string, lost: number): void {
  const { document, candidate } = open(before, after);
  const now = `head\n${theirs}tail\n`;
  candidate.changed([{ start: 5, end: 5 + before.length, text: theirs }], now);
  assert.equal(candidate.isIntact(now), false);
  assert.equal(candidate.rebase(now), lost);
  assert.equal(candidate.isIntact(now), true);
  assert.equal(proposed(candidate.draft, now), `head\n${merged}tail\n`);
  assert.notEqual(document, now);
}

test("hunks are fitted to code that changed beside them", () => {
  checkRebase("a\nb\nc\n", "A\nb\nc\n", "a\nb\nX\nY\n", "A\nb\nX\nY\n", 0);
  checkRebase("a\nb\nc\n", "a\nb\nC\n", "new\na\nb\nc\n", "new\na\nb\nC\n", 0);
  checkRebase("a\r\n나\r\nc", "a\r\nB\r\nc", "a\r\n나\r\n😀", "a\r\nB\r\n😀", 0);
});

test("hunks over code that changed itself are lost, the others stay", () => {
  checkRebase("a\nb\nc\n", "A\nb\nC\n", "x\nb\nc\n", "x\nb\nC\n", 1);
  checkRebase("a\nb\n", "A\nb\n", "A\nb\n", "A\nb\n", 1);
  checkRebase("a\nb\n", "a\nnew\nb\n", "a\nmine\nb\n", "a\nmine\nb\n", 1);
});

test("hunks are found in the proposed text", () => {
  const { document, candidate } = open("a\nb\nc\n", "A1\nA2\nb\n");
  const text = proposed(candidate.draft, document);
  assert.deepEqual(
    inProposed(candidate.draft).map(({ start, end }) => text.slice(start, end)),
    ["A1\nA2\n", ""],
  );
});

/** Small, but every kind that could be spoiled. */
const WORDS = ["a", "b", "나", "ㅅ", "😀", "", "\t x"];

test("whatever is accepted, rejected, undone or typed elsewhere: every byte outside stays", () => {
  let seed = 11;
  const random = (below: number): number => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return Math.floor((seed / 2147483648) * below);
  };
  const text = (lineEnd: string): string =>
    Array.from({ length: random(7) }, () => WORDS[random(WORDS.length)]).join(lineEnd);
  for (let round = 0; round < 3000; round += 1) {
    const lineEnd = random(2) === 0 ? "\n" : "\r\n";
    let [head, inside, tail] = [text(lineEnd) + lineEnd, text(lineEnd), text(lineEnd)];
    const answer = text(lineEnd);
    const draft = draftOf(head + inside + tail, [
      { start: head.length, end: head.length + inside.length, text: answer },
    ]);
    if (!draft) continue;
    const candidate = new Candidate(draft, answer);
    let rejectedAny = false;
    const write = (change: Replacement): void => {
      candidate.changed([change], head + inside + tail);
    };
    for (let step = 0; step < 8; step += 1) {
      const document = head + inside + tail;
      const hunk = candidate.hunks[random(candidate.hunks.length || 1)];
      const typed = text(lineEnd);
      switch (random(4)) {
        case 0: {
          const at = random(head.length + 1);
          const end = at + random(head.length - at + 1);
          head = head.slice(0, at) + typed + head.slice(end);
          write({ start: at, end, text: typed });
          break;
        }
        case 1: {
          const at = random(tail.length + 1);
          const end = at + random(tail.length - at + 1);
          tail = tail.slice(0, at) + typed + tail.slice(end);
          const offset = head.length + inside.length;
          write({ start: offset + at, end: offset + end, text: typed });
          break;
        }
        case 2:
          if (!hunk) break;
          candidate.reject(hunk.id);
          rejectedAny = true;
          break;
        default: {
          if (!hunk) break;
          const [change] = candidate.startAccept([hunk.id], document);
          assert.ok(change);
          const now = applyAll(document, [change]);
          assert.ok(now.startsWith(head) && now.endsWith(tail));
          inside = now.slice(head.length, now.length - tail.length);
          write(change);
        }
      }
      const now = head + inside + tail;
      assert.ok(candidate.isIntact(now));
      const all = applyAll(now, inDocument(candidate.draft));
      assert.ok(all.startsWith(head) && all.endsWith(tail), JSON.stringify({ head, tail, all }));
      if (!rejectedAny) assert.equal(all, head + answer + tail);
    }
  }
});
