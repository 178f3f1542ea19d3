/** The line that says where an answer stands, when there is something to say. */

import { useEffect, useState } from "preact/hooks";
import type { Texts } from "../pageTexts";
import type { Turn } from "../turns";
import type { Actions } from "./actions";
import { Icon } from "./icon";

interface StandingProperties {
  turn: Turn;
  /** The turn before failed for the same reason, and says it. */
  repeats: boolean;
  texts: Texts;
  actions: Actions;
}

export function Standing({ turn, repeats, texts, actions }: StandingProperties) {
  const { state } = turn;
  switch (state.kind) {
    case "waiting":
      return (
        <p class="grey waiting-line">
          <Icon name="loading" spins />
          {state.line || texts.thinking}
          <Seconds template={texts.seconds} />
        </p>
      );
    case "stopped":
      return <p class="grey">{texts.stopped}</p>;
    case "failed":
      return (
        <div class="failure" role={repeats ? undefined : "alert"}>
          <p title={state.code}>{repeats ? texts.sameFailure : state.sentence}</p>
          <button type="button" class="text-button" onClick={() => actions.retry(turn.id)}>
            <Icon name="refresh" />
            {texts.retry}
          </button>
        </div>
      );
    case "answering":
    case "done":
      return null;
  }
}

const SHOWN_FROM_SECONDS = 2;

/** How long it has been waited, from when that is worth knowing. */
function Seconds({ template }: { template: string }) {
  const [seconds, setSeconds] = useState(0);
  useEffect(() => {
    const since = performance.now();
    const timer = setInterval(() => setSeconds(Math.floor((performance.now() - since) / 1_000)), 1_000);
    return () => clearInterval(timer);
  }, []);
  if (seconds < SHOWN_FROM_SECONDS) return null;
  return (
    <span class="waiting-seconds" aria-hidden="true">
      {template.replace("{0}", String(seconds))}
    </span>
  );
}
