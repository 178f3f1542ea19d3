// What can be measured: a title, what has to be built for it, and the work. Names are those of `--only`.

import { cancel } from "./cancel.mjs";
import { hit } from "./hit.mjs";
import { keystroke } from "./keystroke.mjs";
import { memory } from "./memory.mjs";
import { relay } from "./relay.mjs";
import { requests } from "./requests.mjs";
import { reuse } from "./reuse.mjs";
import { workspace } from "./workspace.mjs";

/** The group of those that tell how completion feels. */
export const COMPLETION = "completion";

const group = COMPLETION;

export const BENCHES = {
  keystroke: {
    group,
    title: "Keystroke to request on the wire, through the addon",
    needs: ["addon", "tabby"],
    work: ({ addon }, detail) => keystroke(addon, detail),
  },
  hit: {
    group,
    title: "Keys that follow a completion, served from the cache",
    needs: ["addon", "tabby"],
    work: ({ addon }, detail) => hit(addon, detail),
  },
  cancel: {
    group,
    title: "Cancel to closed connection at the model server, through the addon and the proxy",
    needs: ["addon", "proxy"],
    work: ({ addon, proxyProgram, processes }, detail) => cancel({ addon, proxyProgram, processes, detail }),
  },
  memory: {
    group,
    title: "Memory over many requests",
    needs: ["addon"],
    work: ({ addonFile }, detail) => memory(addonFile, detail),
  },
  workspace: {
    group,
    title: "First index of a workspace, and keystrokes meanwhile",
    needs: ["addon"],
    work: ({ addonFile }, detail) => workspace(addonFile, detail),
  },
  requests: {
    group,
    title: "Requests for typed keys, and time until a suggestion is there",
    needs: ["addon", "tabby"],
    work: ({ addon }, detail) => requests(addon, detail),
  },
  reuse: {
    group,
    title: "Prompt tokens evaluated again for each typed key, on the small model",
    needs: ["addon", "proxy", "model"],
    work: ({ addon, proxyProgram, processes, startModel }, detail) =>
      reuse({ addon, proxyProgram, processes, startModel, detail }),
  },
  relay: {
    title: "What a relay adds, beside nginx in the same run",
    needs: ["proxy", "nginx", "wrk"],
    work: ({ proxyProgram, processes }, detail) => relay({ proxyProgram, processes, detail }),
  },
};
