// A peer that can be run here: Tabby's own client, tabby-agent from npm (Apache-2.0), driven as its editor extension
// drives it. Installed into the ignored folder when a benchmark first needs it, and never part of the product.

import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { cache } from "../lib/places.mjs";

const VERSION = "1.5.0";
const home = path.join(cache, "peers", `tabby-agent-${VERSION}`);

/** How it is named in the tables. */
export const TABBY = `tabby-agent ${VERSION}`;

/** Installs it once. */
export async function installTabby({ processes, progress, say }) {
  if (existsSync(path.join(home, "installed"))) return;
  await mkdir(home, { recursive: true });
  await writeFile(path.join(home, "package.json"), '{ "private": true }\n');
  await progress.step(say("Install {0}", TABBY), () =>
    processes.run(
      "peer-tabby",
      "npm",
      ["install", "--ignore-scripts", "--no-audit", "--no-fund", `tabby-agent@${VERSION}`],
      { cwd: home },
    ),
  );
  await writeFile(path.join(home, "installed"), "");
}

/**
 * Starts it on a server. `complete()` asks at a place of a text and gives the text of the first choice; a question that
 * is let go of gives none.
 */
export async function startTabby(url) {
  const { TabbyAgent } = load();
  const agent = new TabbyAgent();
  await agent.initialize({
    config: { server: { endpoint: url }, anonymousUsageTracking: { disable: true } },
    dataStore: { data: {}, load: async () => {}, save: async () => {} },
  });
  return {
    async complete({ path: filepath, language, text, position, manually = false }, signal) {
      const asked = { filepath, language, text, position, manually };
      try {
        const { choices } = await agent.provideCompletions(asked, { signal });
        // It replaces what was typed of the line; what is new begins at the cursor.
        return choices[0]?.text.slice(position - choices[0].replaceRange.start) ?? "";
      } catch (error) {
        // A newer question lets go of the one before; only that may end without an answer.
        if (error.name !== "AbortError") throw error;
        return "";
      }
    },
    end: () => agent.finalize(),
  };
}

/** Its settings and logs would go to the user's home folder, which is decided when it is loaded. */
function load() {
  const { HOME } = process.env;
  process.env.HOME = home;
  try {
    return createRequire(path.join(home, "package.json"))("tabby-agent");
  } finally {
    process.env.HOME = HOME;
  }
}
