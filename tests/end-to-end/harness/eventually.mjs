// Waits for something to become true by looking again and again, and says what it saw when it never did.
import { setTimeout as wait } from "node:timers/promises";

const lookAgainMs = 50;

/** The first value of `look()` that `accept` takes. An error while looking counts as "not yet". */
export async function eventually(what, look, accept = Boolean, withinMs = 20_000) {
  const deadline = Date.now() + withinMs;
  let seen;
  while (Date.now() < deadline) {
    try {
      seen = await look();
      if (accept(seen)) return seen;
    } catch (error) {
      seen = error;
    }
    await wait(lookAgainMs);
  }
  throw new Error(`never: ${what}. Last seen: ${seen instanceof Error ? seen.message : JSON.stringify(seen)}`);
}
