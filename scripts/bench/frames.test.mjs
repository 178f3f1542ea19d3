import assert from "node:assert/strict";
import { test } from "node:test";
import { frame, frameReader, preface } from "./frames.mjs";

const small = Buffer.from([0x82]);

/** What is found in `bytes` when they come in pieces of `size`. */
function read(bytes, size = bytes.length) {
  const reader = frameReader();
  const found = [];
  for (let at = 0; at < bytes.length; at += size) found.push(...reader.read(bytes.subarray(at, at + size)));
  return { found, http2: reader.http2 };
}

test("a request of HTTP/1.1 begins with its line, its body does not", () => {
  const reader = frameReader();
  assert.deepEqual(reader.read(Buffer.from("POST /v1/completions HTTP/1.1\r\n\r\n{")), ["request"]);
  assert.deepEqual(reader.read(Buffer.from('"prompt"}')), []);
  assert.deepEqual(reader.read(Buffer.from("GET /readyz HTTP/1.1\r\n\r\n")), []);
  assert.equal(reader.http2, false);
});

test("requests and resets of HTTP/2 are found wherever the bytes are split", () => {
  const asked = frame("headers", 0x1 | 0x4, small);
  const posted = frame("headers", 0x4, small);
  const data = frame("data", 0x1, Buffer.alloc(300, 3));
  const reset = frame("reset", 0, Buffer.alloc(4));
  const bytes = Buffer.concat([preface, asked, posted, data, reset]);
  for (const size of [3, 7, 10, 50, bytes.length]) {
    assert.deepEqual(read(bytes, size), { found: ["request", "reset"], http2: true }, `pieces of ${size}`);
  }
});
