// The English sentences that are too long to be their own key.

export const english = {
  "try-complete": "1. Complete   Type `return self.items.` below the last line of cart.py. Tab accepts the grey text.",
  "try-refactor":
    "2. Refactor   Select the function total in cart.py, press F1, choose `CodeSaga: Refactor…`. The change is shown first.",
  "try-chat":
    "3. Chat       Open prices.ts, click the CodeSaga icon at the side, and click `Explain what prices.ts does`.",

  "start-help": `Usage: npm start -- [options]

  --editor cursor|code|browser|none   the editor to open (default: cursor, then code, when there is a display; else browser)
  --upstream URL                      the model server (default: CODESAGA_UPSTREAM, Ollama on this machine, a small local model)
  --model NAME                        the model
  --port N                            the port of CodeSaga's server (default: 7411, a free one when that is taken)
  --help                              this text`,
};
