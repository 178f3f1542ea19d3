import assert from "node:assert/strict";
import { test } from "node:test";
import type { Outcome } from "../../src/completion/outcome";
import { SuggestionTracker } from "../../src/completion/suggestion";
import type { Taken } from "../../src/completion/survival";

/** A document with a cursor and ghost text, which tells the tracker what the editor would tell. */
class Screen {
  readonly outcomes: string[] = [];
  readonly taken: Taken[] = [];
  private text: string;
  private cursor: number;
  private ghost = "";
  private id = 0;
  private readonly tracker = new SuggestionTracker(
    ({ kind, characters }: Outcome) => void this.outcomes.push(`${kind} ${characters}`),
    (taken) => void this.taken.push(taken),
  );

  /** `|` is the cursor. */
  constructor(text: string) {
    this.cursor = text.indexOf("|");
    this.text = text.replace("|", "");
  }

  /** The engine's answer for the present text: what follows the cursor, and what before it is replaced. */
  suggest(rest: string, back = 0, widget?: number): this {
    this.id += 1;
    this.ghost = rest;
    const start = this.cursor - back;
    const present = this.text.slice(start, this.cursor);
    this.tracker.offered({ id: this.id, uri: "file:a", language: "python", start, present, whole: rest, widget });
    return this;
  }

  suggestNothing(): this {
    this.tracker.nothingOffered("file:a");
    return this;
  }

  replace(start: number, end: number, text: string, { undone = false, cursor = start + text.length } = {}): this {
    this.text = this.text.slice(0, start) + text + this.text.slice(end);
    this.tracker.edited("file:a", [{ start, end, text }], undone);
    return this.cursorAt(cursor);
  }

  cursorAt(offset: number): this {
    this.cursor = offset;
    this.tracker.moved("file:a", offset);
    return this;
  }

  /** Keys, one after another, each followed by the engine's rest of the same suggestion. */
  typeAlong(keys: string): this {
    for (const key of keys) {
      this.replace(this.cursor, this.cursor, key);
      this.suggest(this.ghost.slice(1));
    }
    return this;
  }

  type(text: string): this {
    return this.replace(this.cursor, this.cursor, text);
  }

  /** Accepts a part by the editor's own command; the rest is offered again. */
  take(part: string): this {
    this.replace(this.cursor, this.cursor, part);
    const rest = this.ghost.slice(part.length);
    return rest === "" ? this : this.suggest(rest);
  }

  /** Tab: the change, then the command. */
  accept(): this {
    const { id, ghost } = this;
    this.type(ghost);
    this.tracker.accepted(id);
    return this;
  }

  leave(): this {
    this.tracker.left();
    return this;
  }

  check(...outcomes: string[]): void {
    assert.deepEqual(this.outcomes, outcomes);
    for (const { start, end, text } of this.taken) assert.equal(this.text.slice(start, end), text);
  }
}

test("accepted whole, counted once, and its place is handed on", () => {
  const screen = new Screen("return |\n").suggest("self.items").accept();
  screen.check("shown 10", "accepted 10");
  assert.deepEqual(
    screen.taken.map(({ text }) => text),
    ["self.items"],
  );
});

test("a last character can be accepted as well", () => {
  new Screen("f(|").suggest(")").accept().check("shown 1", "accepted 1");
});

test("typing along is the same suggestion, and what was typed was not accepted", () => {
  new Screen("return |").suggest("self.items").typeAlong("self").accept().check("shown 10", "accepted 6");
});

test("typed to its end, it was neither accepted nor dismissed", () => {
  new Screen("a |").suggest("= b").typeAlong("= b").suggestNothing().check("shown 3");
});

test("accepted by word and dismissed: partially accepted", () => {
  const screen = new Screen("|").suggest("return self.items").take("return").take(" self").type("x").suggestNothing();
  screen.check("shown 17", "partially_accepted 11");
  assert.equal(screen.taken[0]?.text, "return self");
});

test("accepted by word to its end: accepted, with everything that was taken", () => {
  const screen = new Screen("|").suggest("return self.items").take("return").take(" self").take(".items");
  screen.check("shown 17", "accepted 17");
});

test("accepted by word, the rest with Tab", () => {
  new Screen("|").suggest("a = b + c").take("a =").accept().check("shown 9", "accepted 9");
});

test("another text was typed: dismissed", () => {
  new Screen("|").suggest("return").type("y").suggest("ield x").check("shown 6", "dismissed 6", "shown 6");
});

test("the cursor went elsewhere, or another editor is in front: dismissed, once", () => {
  new Screen("x\n|").suggest("return").cursorAt(0).leave().check("shown 6", "dismissed 6");
  new Screen("x\n|").suggest("return").leave().check("shown 6", "dismissed 6");
});

test("the cursor staying where it belongs is no dismissal", () => {
  new Screen("x\n|").suggest("return").cursorAt(2).check("shown 6");
});

test("a longer answer for the same place is the same suggestion", () => {
  new Screen("|").suggest("a = 1").suggest("a = 1\nb = 2").accept().check("shown 5", "accepted 11");
});

test("a syllable being composed is no dismissal when the suggestion fits again", () => {
  const screen = new Screen("# |").suggest("상품 목록");
  screen.replace(2, 2, "ㅅ").replace(2, 3, "사").replace(2, 3, "상").suggest("품 목록");
  screen.accept().check("shown 5", "accepted 4");
});

test("a syllable that the suggestion replaces while it is composed", () => {
  new Screen("# 사|").suggest("상품", 1).replace(2, 3, "상").suggest("품").accept().check("shown 1", "accepted 1");
});

test("a typed bracket that the editor closes is typed along", () => {
  const screen = new Screen("f|").suggest("(x)");
  screen.replace(1, 1, "()", { cursor: 2 }).suggest("x").accept().check("shown 3", "accepted 1");
});

test("the suggest widget's own choice is no acceptance of ours", () => {
  const screen = new Screen("self.it|").suggest("items.pop()", 2, 5);
  screen.replace(5, 7, "items").suggest(".pop()").leave().check("shown 9", "dismissed 6");
});

test("text before the suggestion moves it, text after it does not", () => {
  const screen = new Screen("a\n|\nb").suggest("return x");
  screen
    .replace(0, 1, "aaaa", { cursor: 5 })
    .replace(6, 7, "bbbb", { cursor: 5 })
    .accept()
    .check("shown 8", "accepted 8");
});

test("a part that was undone was not accepted", () => {
  const screen = new Screen("|").suggest("return self").take("return");
  screen.replace(0, 6, "", { undone: true }).suggest("return self").leave().check("shown 11", "dismissed 11");
});

test("a change across its beginning ends it", () => {
  new Screen("abc|").suggest("defg", 1).replace(0, 3, "whole file").check("shown 3", "dismissed 3");
});
