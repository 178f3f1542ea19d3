// What the matrix asks Redis itself, and the slow wire between Redis and the fleet.
import { connect, createServer } from "node:net";
import { setTimeout as wait } from "node:timers/promises";

/** Asks one command at a time: a number, a text, null, or undefined when Redis is gone. */
export function redisClient(port) {
  let socket;
  let last = Promise.resolve();
  const ask = (words) =>
    new Promise((resolve) => {
      if (!socket || socket.destroyed) {
        socket = connect(port, "127.0.0.1").setNoDelay(true);
        socket.on("error", () => {});
        // The matrix ends when its fleet has ended.
        socket.unref();
      }
      const own = socket;
      let text = "";
      const done = (value) => {
        own.off("data", read).off("close", lost);
        clearTimeout(limit);
        resolve(value);
      };
      const lost = () => done(undefined);
      const read = (bytes) => {
        text += bytes;
        const value = parsed(text);
        if (value !== undefined) done(value);
      };
      const limit = setTimeout(() => own.destroy(), 2_000);
      own.on("data", read).on("close", lost);
      const bulk = words.map((word) => `$${Buffer.byteLength(`${word}`)}\r\n${word}\r\n`);
      own.write(`*${words.length}\r\n${bulk.join("")}`);
    });
  return (...words) => {
    last = last.then(() => ask(words));
    return last;
  };
}

/** Numbers, lines and texts of ASCII are all that is asked for here. */
function parsed(text) {
  const line = text.indexOf("\r\n");
  if (line < 0) return undefined;
  const first = text.slice(1, line);
  if (text[0] === ":") return Number(first);
  if (text[0] !== "$") return first;
  if (first === "-1") return null;
  const rest = Buffer.from(text.slice(line + 2));
  return rest.length >= Number(first) + 2 ? rest.subarray(0, Number(first)).toString() : undefined;
}

/**
 * Relays to Redis and keeps every piece back for some milliseconds, so that steps which are over in one or two can be
 * met. It takes connections also while Redis is gone, and ends them, as the system would.
 */
export function startSlowWire(port, delayMs) {
  const server = createServer((near) => {
    const far = connect(port, "127.0.0.1");
    const pass = (from, to) => {
      from.on("data", async (bytes) => {
        await wait(delayMs);
        if (!to.destroyed) to.write(bytes);
      });
      from.on("error", () => {});
      from.on("close", () => to.destroy());
    };
    near.setNoDelay(true);
    far.setNoDelay(true);
    pass(near, far);
    pass(far, near);
  });
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      // The matrix ends when its fleet has ended.
      server.unref();
      resolve(server.address().port);
    });
  });
}
