import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, beforeEach, test } from "node:test";
import type { TextDocument, TextDocumentChangeEvent } from "vscode";
import { DOCUMENT_UNITS_MAX } from "../src/documents";
import type { Reply } from "../src/engine";
import { failureOf } from "../src/failures";
import { FollowedDocuments } from "../src/followedDocuments";
import { workspace } from "./vscode";

/** The real engine; no server answers it, which keeping documents does not need. */
const addon = createRequire(import.meta.url)(join(process.cwd(), "..", "native", "codesaga.node"));
const engine = new addon.Engine({ serverUrl: "http://127.0.0.1:9" });
after(() => engine.close());

/** A document as the editor holds it: type into it, and it tells the change. */
class Editor {
  version = 1;
  eol = 1;
  isClosed = false;
  readonly languageId = "python";
  readonly uri: { scheme: string; path: string; toString(): string };

  constructor(
    public text: string,
    scheme = "file",
  ) {
    made += 1;
    const path = `/test-${made}.py`;
    this.uri = { scheme, path, toString: () => `${scheme}://${path}` };
  }

  get document(): TextDocument {
    return Object.assign(this, { getText: () => this.text }) as unknown as TextDocument;
  }

  replace(start: number, end: number, text: string): TextDocumentChangeEvent {
    this.text = this.text.slice(0, start) + text + this.text.slice(end);
    this.version += 1;
    return this.event([{ rangeOffset: start, rangeLength: end - start, text }]);
  }

  event(contentChanges: object[]): TextDocumentChangeEvent {
    return { document: this.document, contentChanges, reason: undefined } as unknown as TextDocumentChangeEvent;
  }
}

let made = 0;
let followed: FollowedDocuments;
let opened: number;
const watched = {
  openDocument: (document: object) => {
    opened += 1;
    engine.openDocument(document);
  },
  changeDocument: (change: object) => engine.changeDocument(change),
  closeDocument: (uri: string) => engine.closeDocument(uri),
};

beforeEach(() => {
  opened = 0;
  followed = new FollowedDocuments();
});

function open(text: string, scheme?: string): Editor {
  const editor = new Editor(text, scheme);
  followed.open(watched, editor.document);
  return editor;
}

/** Asks at the last offset: it lies in the document only when the engine's text is as long as the editor's. */
function check(editor: Editor): void {
  const at = (offset: number) => () => engine.complete({ uri: editor.uri.toString(), offset, trigger: "automatic" });
  followed.ask(watched, editor.document, at(editor.text.length)).cancel();
  assert.throws(at(editor.text.length + 1), { code: "offset_out_of_range" });
}

test("changes are followed without giving the whole text again", () => {
  const editor = open("def 합계(items):\n    return 0\n");
  followed.change(watched, editor.replace(4, 6, "total"));
  followed.change(watched, editor.replace(0, 0, "# 😀\n"));
  check(editor);
  assert.equal(opened, 1);
});

test("a change that was missed is mended by the whole text, once", () => {
  const editor = open("one\n");
  editor.replace(0, 3, "a much longer line");
  followed.change(watched, editor.replace(18, 18, "!"));
  check(editor);
  assert.equal(opened, 2);
});

test("a document the engine has forgotten is opened again by the question", () => {
  const editor = open("one\n");
  engine.closeDocument(editor.uri.toString());
  check(editor);
  assert.equal(opened, 2);
});

test("when the line ends change, the whole text is given", () => {
  const editor = open("a\nb\n");
  editor.text = "a\r\nb\r\n";
  editor.eol = 2;
  editor.version += 1;
  followed.change(watched, editor.event([]));
  check(editor);
});

test("a lone surrogate keeps every offset", () => {
  const editor = open("x = '\ud83d'\n");
  followed.change(watched, editor.replace(0, 1, "name"));
  check(editor);
  assert.equal(opened, 1);
});

test("what is no one's work is not followed", () => {
  for (const scheme of ["output", "git", "codesaga-edit", "codesaga-status"]) open("text", scheme);
  assert.equal(opened, 0);
});

async function failureOn(editor: Editor): Promise<string | undefined> {
  const ask = (): Reply => assert.fail("the engine was asked");
  const event = await followed.ask(watched, editor.document, ask).next();
  return event?.kind === "failed" ? event.code : undefined;
}

test("a refused document is not given again with every key, and says why", async () => {
  const editor = open("x".repeat(DOCUMENT_UNITS_MAX + 1));
  followed.change(watched, editor.replace(0, 0, "y"));
  assert.equal(await failureOn(editor), "too_large");
  assert.equal(opened, 0);
});

test("asked by hand, a document that has shrunk is taken", () => {
  const editor = open("x".repeat(DOCUMENT_UNITS_MAX + 1));
  editor.text = "x";
  const ask = () => engine.complete({ uri: editor.uri.toString(), offset: 1, trigger: "invoke" });
  followed.askByHand(watched, editor.document, ask).cancel();
  assert.equal(opened, 1);
});

test("the engine's own refusal is remembered with its code", async () => {
  const binary = open("a\u0000b");
  assert.match((await failureOn(binary)) ?? "", /^[a-z_]+$/);
});

test("a new engine is given every document", () => {
  const editor = new Editor("one");
  workspace.textDocuments.push(editor.document, new Editor("log", "output").document);
  followed.openAll(watched);
  workspace.textDocuments.length = 0;
  check(editor);
  assert.equal(opened, 1);
});

test("an error that is not about documents is passed on", () => {
  const editor = open("one");
  const ask = () => engine.complete({ uri: editor.uri.toString(), offset: 99, trigger: "invoke" });
  assert.throws(
    () => followed.ask(watched, editor.document, ask),
    (error) => failureOf(error).code === "offset_out_of_range",
  );
});
