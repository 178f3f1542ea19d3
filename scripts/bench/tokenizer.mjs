// The model's own tokens: how many a text has, and how many of a prompt's are not those of the prompt before.

/** A tokenizer that asks llama.cpp's server. */
export function tokenizerOf(modelUrl) {
  return async (content) => {
    const response = await fetch(`${modelUrl}/tokenize`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ content, add_special: true, parse_special: true }),
    });
    const { tokens } = await response.json();
    if (!tokens) throw new Error(`the model server has no tokens for a text of ${content.length} characters`);
    return tokens;
  };
}

/** Tokens of `now` that a server has to evaluate when it holds `before`: the last one always. */
export function evaluatedAfter(before, now) {
  let same = 0;
  while (same < before.length && same < now.length && before[same] === now[same]) same += 1;
  return Math.max(1, now.length - same);
}

/** Counts tokens line by line, with the lines of `text` known beforehand; others are estimated. */
export async function lineCounter(tokenize, text) {
  const known = new Map();
  for (const line of new Set(text.split("\n"))) known.set(line, (await tokenize(line)).length);
  return (line) => known.get(line) ?? Math.ceil(line.length / 3.5);
}
