// A line between the editor and the server that a test can cut in the middle of an answer, as a network does.
import { once } from "node:events";
import { connect, createServer } from "node:net";

/** `url` stands for the server at `target`, but from a cut until the line is mended. */
export async function openLine(target) {
  const { hostname, port: farPort } = new URL(target);
  const open = new Set();
  const server = createServer((near) => {
    const far = connect(Number(farPort), hostname);
    join(near, far);
    join(far, near);
  });

  function join(from, to) {
    open.add(from);
    from.on("close", () => {
      open.delete(from);
      to.destroy();
    });
    // An end that breaks is what the line is for; what comes of it is seen in the editor.
    from.on("error", () => {});
    from.pipe(to);
  }

  async function listen(port) {
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
    return server.address().port;
  }

  const port = await listen(0);
  const cut = async () => {
    if (!server.listening) return;
    const closed = once(server, "close");
    server.close();
    for (const socket of open) socket.destroy();
    await closed;
  };
  return { url: `http://127.0.0.1:${port}`, cut, mend: () => listen(port), close: cut };
}
