// Reads just enough of what an HTTP client writes, in either version, to tell when a request begins and when it is let
// go: for HTTP/2 the types of its frames, for HTTP/1.1 the line that begins a request.

const PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const FRAME_HEAD_BYTES = 9;
const DATA = 0;
const HEADERS = 1;
const RST_STREAM = 3;
const END_STREAM = 0x1;

/**
 * Reads the bytes of one connection as they come. `read(bytes)` gives what they begin: `request` for one with a body,
 * `reset` for a stream that is let go. `http2` is known after the first bytes.
 */
export function frameReader() {
  const reader = { http2: undefined };
  let rest = Buffer.alloc(0);
  reader.read = (bytes) => {
    if (reader.http2 === undefined) reader.http2 = bytes.subarray(0, 3).toString("latin1") === "PRI";
    if (!reader.http2) return bytes.subarray(0, 5).toString("latin1") === "POST " ? ["request"] : [];
    rest = Buffer.concat([rest, bytes]);
    const found = [];
    if (rest.subarray(0, PREFACE.length).toString("latin1") === PREFACE) rest = rest.subarray(PREFACE.length);
    while (rest.length >= FRAME_HEAD_BYTES) {
      const length = FRAME_HEAD_BYTES + rest.readUIntBE(0, 3);
      if (rest.length < length) break;
      const [type, flags] = [rest[3], rest[4]];
      if (type === HEADERS && (flags & END_STREAM) === 0) found.push("request");
      if (type === RST_STREAM) found.push("reset");
      rest = rest.subarray(length);
    }
    return found;
  };
  return reader;
}

/** One frame, as a client writes it; what the tests of the reader are made of. */
export function frame(type, flags, payload) {
  const head = Buffer.alloc(FRAME_HEAD_BYTES);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = { data: DATA, headers: HEADERS, reset: RST_STREAM }[type];
  head[4] = flags;
  head[8] = 1;
  return Buffer.concat([head, payload]);
}

/** What an HTTP/2 client writes first. */
export const preface = Buffer.from(PREFACE, "latin1");
