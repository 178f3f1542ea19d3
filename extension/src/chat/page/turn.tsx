/** One question and its answer. Drawn again only when that turn changed. */

import type { Texts } from "../pageTexts";
import type { Turn, TurnState } from "../turns";
import type { Actions } from "./actions";
import { Answer } from "./answer";
import { CopyButton } from "./copy-button";
import { Icon } from "./icon";
import { memo } from "./memo";

interface TurnProperties {
  turn: Turn;
  texts: Texts;
  actions: Actions;
}

export const TurnView = memo(
  ({ turn, texts, actions }: TurnProperties) => (
    <li class={`turn ${turn.state.kind}`}>
      <article class="question" aria-label={texts.you}>
        {turn.context.length > 0 && (
          <ul class="went-along">
            {turn.context.map((label) => (
              <li key={label}>{label}</li>
            ))}
          </ul>
        )}
        <p>{turn.user}</p>
      </article>
      <article class="reply" aria-label={texts.answerOf} aria-busy={isOpen(turn.state)}>
        <Answer text={turn.answer} texts={texts} actions={actions} />
        {turn.notes.map((line) => (
          <p key={line} class="grey">
            {line}
          </p>
        ))}
        <Standing turn={turn} texts={texts} actions={actions} />
        {!isOpen(turn.state) && turn.answer !== "" && (
          <div class="reply-bar">
            <CopyButton label={texts.copyAnswer} texts={texts} copy={() => actions.copy(turn.answer)} />
          </div>
        )}
      </article>
    </li>
  ),
  (before, after) => before.turn === after.turn && before.texts === after.texts,
);

function isOpen(state: TurnState): boolean {
  return state.kind === "waiting" || state.kind === "answering";
}

/** The line that says where the answer stands, when there is something to say. */
function Standing({ turn, texts, actions }: TurnProperties) {
  const { state } = turn;
  switch (state.kind) {
    case "waiting":
      return (
        <p class="grey waiting-line">
          <Icon name="loading" spins />
          {state.line || texts.thinking}
        </p>
      );
    case "stopped":
      return <p class="grey">{texts.stopped}</p>;
    case "failed":
      return (
        <div class="failure" role="alert">
          <p title={state.code}>{state.sentence}</p>
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
