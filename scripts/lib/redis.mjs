// Finds the Redis server that the proxy's tests start for themselves, or installs Debian's. It starts none.
import { canInstall, install, installCommand } from "./debian.mjs";
import { Expected } from "./expected.mjs";
import { findProgram } from "./find.mjs";

/** The full path of redis-server; throws a sentence that says how to get it. */
export async function installRedis({ processes, say, progress }) {
  const found = findProgram("redis-server");
  if (found) return found;
  if (canInstall()) {
    await progress.step(say("Install Redis"), (detail) => install(["redis-server"], { processes }, detail));
    const installed = findProgram("redis-server");
    if (installed) return installed;
  }
  const name = process.platform === "darwin" ? "redis" : "redis-server";
  throw new Expected(say("Redis was not found: {0}", installCommand([name])));
}
