// The people of a fleet's benchmark: each types a piece of source for a while, reads for longer, and now and then asks
// something in a conversation. How often a completion is asked for is what `npm run bench -- completion --only requests`
// measured of the extension; where in the text is where people make their longest pauses.

import { Agent } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import { MODEL } from "./model-words.mjs";
import { seeded } from "./seeded.mjs";
import { postStream } from "./stream-client.mjs";
import { rhythm } from "./typist.mjs";

const WORDS_PER_MINUTE = 60;
/** Requests for 439 keys at 60 words a minute, as measured. */
const REQUESTS = 12;
const COMPLETION_TOKENS = 16;
const CHATS_PER_ROUND = 0.3;
const READS_MS = 300_000;
const QUESTION = "How would you make this clearer? 더 읽기 쉽게 하려면 어떻게 할까요?";

/** One person, until the clock says `until`; `heard(class, answer)` is told how each answer ended. */
export async function person({ url, key, number, trace, until, heard }) {
  const random = seeded(number + 1);
  const agent = new Agent({ keepAlive: true });
  const client = { url, key, agent, document: `file-${number}` };
  const own = ownFile(trace, number);
  const state = { session: `fleet-${number}`, until, random };
  // Not all begin at once; who begins in the middle of reading is one who reads.
  await rest(random() * READS_MS, until);
  while (performance.now() < until) {
    await types(client, own, trace, state, heard);
    if (random() < CHATS_PER_ROUND && performance.now() < until) heard("chat", judged(await chats(client, state)));
    await rest(READS_MS * (0.5 + random()), until);
  }
  agent.destroy();
}

/** What stands before everything that is typed: the rules, and what other files say, unlike anybody else's. */
function ownFile(trace, number) {
  const others = trace.others.map(({ path, text }) => `// ${path}\n${text.slice(0, 2_000)}`).join("\n");
  return `Complete the code of user ${number}.\n${others}\n${trace.before.slice(-2_000)}`;
}

async function types(client, own, trace, { until, random }, heard) {
  const pauses = rhythm(trace.keys, WORDS_PER_MINUTE, Math.floor(random() * 2 ** 31));
  const longest = [...pauses].sort((left, right) => right - left)[REQUESTS - 1];
  let text = own;
  let running;
  for (const [index, key] of trace.keys.entries()) {
    if (performance.now() >= until) break;
    if (index > 0 && pauses[index] >= longest) {
      const asked = completes(client, text);
      running = asked;
      asked.over.then((answer) => {
        if (running === asked) running = undefined;
        heard("completion", judged(answer));
      });
    }
    await wait(pauses[index]);
    text += key;
    // Whoever types on before there is an answer lets go of it.
    if (running && !running.began()) running.leave();
  }
  await running?.over;
}

const completes = ({ url, key, agent, document }, prompt) =>
  postStream(
    `${url}/v1/completions`,
    { model: MODEL, prompt, max_tokens: COMPLETION_TOKENS, stream: true },
    { agent, key, headers: { "x-codesaga-class": "automatic", "x-codesaga-document": document }, isText },
  );

const chats = ({ url, key, agent }, { session }) =>
  postStream(
    `${url}/v1/chat`,
    { session, text: QUESTION },
    { agent, key, headers: { accept: "text/event-stream" }, isText },
  ).over;

/** Comments, `queued` and `started` events are no text. */
const isText = (piece) => /"text":"[^"]|"content":"[^"]/.test(piece);

/** An answer, and what was wrong with it as a code. A completion that came too late to be of use is no fault. */
function judged(answer) {
  return { ...answer, text: undefined, problem: answer.left ? undefined : problemIn(answer) };
}

function problemIn({ status, text, dones, errors }) {
  const code = /"code":"(\w+)"/.exec(text)?.[1];
  if (code === "expired" || code === "superseded") return undefined;
  if (status !== 200) return code ?? `status_${status}`;
  const isDone = dones + (/^event: done$/m.test(text) ? 1 : 0) === 1;
  return errors > 0 || !isDone ? (code ?? "no_end") : undefined;
}

/** Does nothing for so long, or until it is over. */
async function rest(ms, until) {
  await wait(Math.max(0, Math.min(ms, until - performance.now())));
}
