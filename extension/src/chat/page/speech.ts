/**
 * What a screen reader is told of a streaming answer: whole sentences, once each, and never the
 * code. Pure: the answer so far and how much of it has been told.
 */

/** What to say now, and how much of the answer has then been told. */
export interface Speech {
  say: string;
  told: number;
}

/** The finished sentences of `answer` after `told`; when it is `complete`, everything left. */
export function nextSpeech(answer: string, told: number, complete: boolean): Speech {
  const end = complete ? answer.length : lastSentenceEnd(answer, told);
  if (end <= told) return { say: "", told };
  return { say: plainWords(answer, told, end), told: end };
}

function lastSentenceEnd(answer: string, from: number): number {
  const rest = answer.slice(from);
  let end = 0;
  for (const match of rest.matchAll(/[.!?。！？…](?=\s)|\n/g)) {
    end = match.index + match[0].length;
  }
  return from + end;
}

/** The prose between two places: no fenced code, and no marks of Markdown. */
function plainWords(answer: string, from: number, to: number): string {
  const words: string[] = [];
  let inCode = countFences(answer.slice(0, from)) % 2 === 1;
  for (const line of answer.slice(from, to).split("\n")) {
    if (isFence(line)) {
      inCode = !inCode;
    } else if (!inCode) {
      words.push(line.replace(/^\s*(#+|[-*+>]|\d+\.)\s+/, "").replace(/[*_`]+/g, ""));
    }
  }
  return words.join(" ").replace(/\s+/g, " ").trim();
}

function countFences(text: string): number {
  return text.split("\n").filter(isFence).length;
}

function isFence(line: string): boolean {
  return /^\s*(```|~~~)/.test(line);
}
