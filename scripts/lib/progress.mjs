// Shows what a script is doing: one line a step with its seconds, redrawn in a terminal and plain in a log.
// A step that takes less than two seconds leaves only its result, one that takes longer says so while it runs.

const visibleAfterMs = 2_000;
const redrawMs = 500;
const plainRepeatMs = 30_000;

/**
 * @param {NodeJS.WriteStream} stream
 * @returns {{ step: Step, line: (text: string) => void, status: (text: string) => void, done: () => void }}
 * @typedef {<T>(name: string, work: (detail: (text: string) => void) => Promise<T>) => Promise<T>} Step
 */
export function openProgress(stream = process.stdout) {
  const inPlace = Boolean(stream.isTTY);
  let pinned = "";

  const clear = () => inPlace && stream.write("\r\x1b[2K");
  const draw = (text) => {
    clear();
    stream.write(shorten(text, stream.columns ?? 80));
  };
  const line = (text) => {
    clear();
    stream.write(`${text}\n`);
    if (pinned && inPlace) draw(pinned);
  };

  async function step(name, work) {
    const started = Date.now();
    let detail = "";
    let lastPlain = started;
    let shown = false;
    const tick = setInterval(() => {
      const elapsed = Date.now() - started;
      if (elapsed < visibleAfterMs) return;
      const text = `… ${name} ${seconds(elapsed)}${detail && ` · ${detail}`}`;
      if (inPlace) draw(text);
      else if (!shown || Date.now() - lastPlain >= plainRepeatMs) {
        stream.write(`${text}\n`);
        lastPlain = Date.now();
      }
      shown = true;
    }, redrawMs);
    try {
      const result = await work((text) => {
        detail = text;
      });
      clearInterval(tick);
      line(`✓ ${name} ${seconds(Date.now() - started)}`);
      return result;
    } catch (error) {
      clearInterval(tick);
      line(`✗ ${name} ${seconds(Date.now() - started)}`);
      throw error;
    }
  }

  /** The one line that stays at the bottom; in a log it is written only when it changes. */
  function status(text) {
    if (text === pinned) return;
    pinned = text;
    if (inPlace) draw(text);
    else stream.write(`${text}\n`);
  }

  function done() {
    if (pinned && inPlace) stream.write("\n");
    pinned = "";
  }

  return { step, line, status, done };
}

export function seconds(milliseconds) {
  const whole = milliseconds / 1_000;
  return whole < 10 ? `${whole.toFixed(1)} s` : `${Math.round(whole)} s`;
}

// Hangul and most symbols of East Asia take two columns; a line that wraps could not be redrawn in place.
function shorten(text, columns) {
  let width = 0;
  let kept = "";
  for (const character of text) {
    width += /[\u1100-\u11ff\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\uff00-\uff60]/.test(character) ? 2 : 1;
    if (width >= columns) return `${kept.slice(0, -1)}…`;
    kept += character;
  }
  return kept;
}
