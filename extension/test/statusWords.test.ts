import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { dropWords, leftOutWords } from "../src/countWords";
import type { EngineStats } from "../src/engine";
import { statusWords } from "../src/statusWords";

const stats: EngineStats = {
  requestsSent: 4,
  requestsCancelled: 1,
  requestsFailed: 0,
  cacheHits: 9,
  cacheMisses: 5,
  inFlightReused: 2,
  suppressed: 3,
  dropped: { prose: 1, cut_off: 2, brand_new: 1, fence: 0 },
  secondTries: 0,
  speculated: 3,
  speculationHits: 2,
  prefills: 1,
  bytesSent: 0,
  bytesReceived: 0,
  documentsOpen: 1,
  indexing: true,
  indexedFiles: 12,
  indexedBytes: 1_260_000,
  leftOut: { private: 1, excluded: 3 },
  shown: 0,
  accepted: 0,
  partiallyAccepted: 0,
  dismissed: 0,
  survived: 0,
  changed: 0,
  editsShown: 0,
  editsAccepted: 0,
  editsPartiallyAccepted: 0,
  editsDismissed: 0,
};
const today = { shown: 7, accepted: 2, partially_accepted: 1, dismissed: 4, survived: 2, changed: 1 };

function check(given: EngineStats | undefined, expected: string): void {
  const sections = statusWords(given, (kind) => today[kind]);
  const text = sections.map(({ heading, lines }) => [heading, ...lines.map((line) => `  ${line}`)].join("\n"));
  assert.equal(`${text.join("\n")}\n`, expected);
}

const counts = `Suggestions today
  Shown: 7
  Accepted whole: 2
  Accepted by word or line: 1
  Dismissed: 4
  Still there after half a minute: 2 of 3
`;

test("the day's counts stand alone while there is no engine", () => check(undefined, counts));

test("what the engine counted, in words, the most frequent first", () =>
  check(
    stats,
    `${counts}Since this window was opened
  Questions sent to the model: 4
  Suggestions served from memory, without a question: 9
  Suggestions served by an answer already on its way: 2
  Asked ahead, as if a suggestion were accepted: 3, used: 2
  Places read ahead by the server: 1
Not shown, by reason
  Was cut off by its length: 2
  Explained instead of completing: 1
  brand_new: 1
Other files of the workspace
  Files known: 12 (1.3 MB of memory)
  They are being read now.
  Not read: Left out by the settings or by ignore files: 3
  Not read: Private: 1
`,
  ));

test("nothing is said of answers while all were shown", () =>
  assert.equal(
    statusWords({ ...stats, dropped: {} }, () => 0).some(({ heading }) => heading.startsWith("Not shown")),
    false,
  ));

/** The names that the sources below a folder give what they count. */
function namesIn(pattern: RegExp, ...folder: string[]): string[] {
  const below = join("..", "crates", ...folder);
  const files = readdirSync(below, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".rs"));
  return files.flatMap((name) =>
    [...readFileSync(join(below, name), "utf8").matchAll(pattern)].map((match) => match[1] as string),
  );
}

test("every reason why something was not shown or not read has words", () => {
  const named = /Self::\w+ => "([a-z0-9_]+)",/g;
  const drops = [
    ...namesIn(named, "saga-prompt", "src", "shape"),
    ...namesIn(/(?:return Some|dropped)\("([a-z_]+)"\)/g, "saga-engine", "src"),
  ];
  const leftOut = namesIn(named, "saga-engine", "src", "workspace");
  for (const name of ["prose", "private_file", "placeholder"]) assert.ok(drops.includes(name), name);
  assert.ok(leftOut.includes("private"));
  assert.deepEqual(
    [...drops.filter((name) => dropWords(name) === name), ...leftOut.filter((name) => leftOutWords(name) === name)],
    [],
  );
});
