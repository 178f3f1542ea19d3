// What can be measured: a title, what has to be built for it, and the work. Names are those of `--only`.

import { activation } from "./activation.mjs";
import { cancel } from "./cancel.mjs";
import { chatPage } from "./chat-page.mjs";
import { diff } from "./diff.mjs";
import { failover } from "./failover.mjs";
import { fairness } from "./fairness.mjs";
import { fleet } from "./fleet.mjs";
import { grpcHop } from "./grpc-hop.mjs";
import { hit } from "./hit.mjs";
import { idle } from "./idle.mjs";
import { jobs } from "./jobs.mjs";
import { keystroke } from "./keystroke.mjs";
import { leave } from "./leave.mjs";
import { memory } from "./memory.mjs";
import { mentions } from "./mentions.mjs";
import { reading } from "./reading.mjs";
import { redisLost } from "./redis-lost.mjs";
import { relay } from "./relay.mjs";
import { reloads } from "./reloads.mjs";
import { requests } from "./requests.mjs";
import { reuse } from "./reuse.mjs";
import { soak } from "./soak.mjs";
import { transports } from "./transports.mjs";
import { workspace } from "./workspace.mjs";

/** The group of those that tell how completion feels. */
export const COMPLETION = "completion";

/** The group of those that tell what the team server costs and stands. */
export const SERVER = "server";

/** The group of those that tell how the editor's windows feel. */
export const EDITOR = "editor";

/** The group of those that tell what several servers stand together. */
export const FLEET = "fleet";

/** Each group's benchmarks end with a table of their goals. */
export const GROUPS = [COMPLETION, SERVER, EDITOR, FLEET];

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
    group: SERVER,
    title: "What a relay adds, and the bursts it passes on, beside nginx and LiteLLM in the same run",
    needs: ["proxy", "nginx", "wrk", "litellm"],
    work: ({ proxyProgram, processes, withoutLiteLlm }, detail) =>
      relay({ proxyProgram, processes, withoutLiteLlm, detail }),
  },
  idle: {
    group: SERVER,
    title: "A thousand idle streams, and memory",
    needs: ["proxy"],
    work: ({ proxyProgram, processes }, detail) => idle({ proxyProgram, processes, detail }),
  },
  leave: {
    group: SERVER,
    title: "Client gone to closed connection at the model server",
    needs: ["proxy"],
    work: ({ proxyProgram, processes }, detail) => leave({ proxyProgram, processes, detail }),
  },
  "grpc-hop": {
    group: SERVER,
    title: "What the hop between a gateway and a model service adds, and leaving across both",
    needs: ["proxy", "wrk"],
    work: ({ proxyProgram, processes }, detail) => grpcHop({ proxyProgram, processes, detail }),
  },
  fairness: {
    group: SERVER,
    title: "One user with fifty requests at once among ten others",
    needs: ["proxy"],
    work: ({ proxyProgram, processes }, detail) => fairness({ proxyProgram, processes, detail }),
  },
  reloads: {
    group: SERVER,
    title: "Model reloads while calls with different options take turns",
    needs: ["proxy"],
    work: ({ proxyProgram, processes }, detail) => reloads({ proxyProgram, processes, detail }),
  },
  "redis-lost": {
    group: SERVER,
    title: "Conversations while their Redis is killed for ten seconds",
    needs: ["proxy", "redis"],
    work: ({ proxyProgram, processes }, detail) => redisLost({ proxyProgram, processes, detail }),
  },
  jobs: {
    group: SERVER,
    title: "Edits as jobs beside the same edits asked for at once",
    needs: ["proxy", "redis"],
    work: ({ proxyProgram, processes }, detail) => jobs({ proxyProgram, processes, detail }),
  },
  failover: {
    group: SERVER,
    title: "Answers while one of three model servers is killed",
    needs: ["proxy"],
    work: ({ proxyProgram, processes }, detail) => failover({ proxyProgram, processes, detail }),
  },
  transports: {
    group: SERVER,
    title: "Server-sent events over HTTP/1.1 and HTTP/2 beside a WebSocket, at 0 and 60 ms of wire",
    needs: ["proxy"],
    work: ({ proxyProgram, processes }, detail) => transports({ proxyProgram, processes, detail }),
  },
  soak: {
    group: SERVER,
    title: "200 users for a long time, one in ten leaving in the middle",
    needs: ["proxy"],
    work: ({ proxyProgram, processes, soakSeconds }, detail) => soak({ proxyProgram, processes, soakSeconds, detail }),
  },
  activation: {
    group: EDITOR,
    title: "The extension's start in the real editor, and its package",
    needs: ["vsix"],
    work: (_programs, detail) => activation({ detail }),
  },
  fleet: {
    group: FLEET,
    title: "A fleet on one machine: a hundred and a thousand people, and every process restarted",
    needs: ["proxy", "redis", "nginx"],
    work: ({ kit, proxyProgram, processes, fleetSeconds }, detail) =>
      fleet({ kit, proxyProgram, processes, fleetSeconds, detail }),
  },
  chat: {
    group: EDITOR,
    title: "The chat's page in a browser: first paint, a streamed answer, a long conversation",
    needs: [],
    work: ({ kit }, detail) => chatPage({ kit, detail }),
  },
  reading: {
    group: EDITOR,
    title: "A thousand answers about edits, read",
    needs: ["reader"],
    work: ({ readerProgram }) => reading(readerProgram),
  },
  mentions: {
    group: EDITOR,
    title: "Files and definitions found by a few letters, and hints, through the addon",
    needs: ["addon"],
    work: ({ addon }, detail) => mentions(addon, detail),
  },
  diff: {
    group: EDITOR,
    title: "A proposed edit of a long file beside vscode.diff alone, in the real editor",
    needs: ["vsix"],
    work: (_programs, detail) => diff({ detail }),
  },
};
