import assert from "node:assert/strict";
import { test } from "node:test";
import { address, oneOf, port, readArguments, text, WrongArguments } from "./arguments.mjs";
import { speaker, terminalLanguage } from "./words.mjs";

const say = speaker("en");
const flags = {
  editor: oneOf("editor", ["code", "none"], say),
  upstream: address("upstream", say),
  model: text("model", say),
  port: port("port", say),
  help: null,
};
const read = (...given) => readArguments(flags, say, given);

test("right flags are read", () => {
  const given = ["--editor", "none", "--port=7000", "--upstream", "http://127.0.0.1:1", "--help"];
  assert.deepEqual({ ...read(...given) }, { editor: "none", port: 7000, upstream: "http://127.0.0.1:1", help: true });
});

test("wrong flags are named with what is allowed", () => {
  const refuse = (given, message) =>
    assert.throws(
      () => read(...given),
      (error) => {
        assert.ok(error instanceof WrongArguments);
        assert.match(error.message, message);
        return true;
      },
    );
  refuse(["--editor", "vim"], /--editor vim: use code, none/);
  refuse(["--port", "0"], /--port 0: use a number/);
  refuse(["--port", "1e3"], /--port 1e3: use a number/);
  refuse(["--upstream", "127.0.0.1:1"], /--upstream 127.0.0.1:1: use an address/);
  refuse(["--model", " "], /--model needs a value/);
  refuse(["--colour"], /--colour/);
  refuse(["stray"], /stray/);
});

test("the terminal's language is the first locale that is set", () => {
  assert.equal(terminalLanguage({ LANG: "ko_KR.UTF-8" }), "ko");
  assert.equal(terminalLanguage({ LC_ALL: "en_US.UTF-8", LANG: "ko_KR.UTF-8" }), "en");
  assert.equal(terminalLanguage({ LC_ALL: "", LANG: "ko" }), "ko");
  assert.equal(terminalLanguage({}), "en");
});
