/** Tells a screen reader the newest answer, sentence by sentence, as speech.ts decides. */

import { useEffect, useRef, useState } from "preact/hooks";
import type { Turn } from "../turns";
import { nextSpeech } from "./speech";

export function Announcer({ turn }: { turn: Turn | undefined }) {
  const [said, setSaid] = useState("");
  const told = useRef({ turn: turn?.id, length: turn?.answer.length ?? 0 });
  useEffect(() => {
    if (!turn) return;
    if (told.current.turn !== turn.id) told.current = { turn: turn.id, length: 0 };
    const speech = nextSpeech(turn.answer, told.current.length, turn.state.kind === "done");
    told.current.length = speech.told;
    if (speech.say !== "") setSaid(speech.say);
  }, [turn]);
  return (
    <div class="unseen" role="status" aria-live="polite">
      {said}
    </div>
  );
}
