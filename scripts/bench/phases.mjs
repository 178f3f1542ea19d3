// Where a request can be when it is let go, and the word in a prompt by which the stand-in for Ollama knows it.

export const PHASES = [
  { name: "queued", word: "phase_queued", writes: false },
  { name: "prefill", word: "phase_prefill", writes: false },
  { name: "streaming", word: "phase_streaming", writes: true },
];
