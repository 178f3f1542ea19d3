import assert from "node:assert/strict";
import { test } from "node:test";
import { type Attachment, tokensAbout } from "../../src/chat/context/attachment";
import { BASKET_CHARACTERS_MAX, openBasket } from "../../src/chat/context/basket";

const attachment = (kind: Attachment["kind"], path: string, text = "x"): Attachment => ({
  kind,
  label: `${kind} ${path}`,
  origin: path,
  contexts: [{ path, language: "python", text }],
});

/** A basket, and its chips as labels. */
function setUp() {
  const basket = openBasket();
  return {
    basket,
    labels: () => basket.chips().map(({ label }) => label),
    idOf: (label: string) => basket.chips().find((chip) => chip.label === label)?.id ?? "",
  };
}

test("what the editor offers stands first, and each goes along once", () => {
  const { basket, labels } = setUp();
  const offer = [attachment("file", "a.py"), attachment("selection", "a.py")];
  basket.offer(offer);
  basket.add(attachment("folder", "src"));
  assert.deepEqual(labels(), ["file a.py", "selection a.py", "folder src"]);
  assert.equal(basket.take().length, 3);
  basket.offer(offer);
  assert.deepEqual(labels(), [], "the conversation has seen it");
  basket.offer([attachment("file", "a.py", "changed")]);
  assert.deepEqual(labels(), ["file a.py"], "but not what it has become");
  basket.offer(offer);
  basket.forget();
  assert.deepEqual(labels(), ["file a.py", "selection a.py"], "another conversation has seen nothing");
});

test("what was taken away stays away: a file as a file, a selection until it is another", () => {
  const { basket, labels, idOf } = setUp();
  basket.offer([attachment("file", "a.py"), attachment("selection", "a.py")]);
  basket.remove(idOf("file a.py"));
  basket.remove(idOf("selection a.py"));
  basket.offer([attachment("file", "a.py", "typed on"), attachment("selection", "a.py", "other lines")]);
  assert.deepEqual(labels(), ["selection a.py"]);
  basket.add(attachment("file", "a.py", "typed on"));
  assert.deepEqual(labels(), ["selection a.py", "file a.py"], "asked for by name it comes back");
  basket.remove(idOf("file a.py"));
  assert.deepEqual(labels(), ["selection a.py"]);
});

test("nothing stands there twice", () => {
  const { basket, labels } = setUp();
  basket.offer([attachment("file", "a.py")]);
  basket.add(attachment("file", "a.py"));
  basket.add(attachment("file", "a.py"));
  assert.deepEqual(labels(), ["file a.py"]);
});

test("a question has a limit, in pieces and in characters", () => {
  const { basket, labels } = setUp();
  for (let at = 0; at < 100; at++) basket.add(attachment("file", `${at}.py`));
  assert.ok(labels().length < 24);
  const other = openBasket();
  assert.equal(other.add(attachment("file", "a", "x".repeat(BASKET_CHARACTERS_MAX))), "added");
  assert.equal(other.add(attachment("file", "b", "x")), "full");
});

test("a syllable of Hangul is a token, four Latin letters are one", () => {
  assert.equal(tokensAbout("def total():"), 3);
  assert.equal(tokensAbout("총합을 구해요"), 7);
  assert.equal(tokensAbout(""), 0);
});
