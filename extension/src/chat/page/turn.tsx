/** One question and its answer, as far as they are near the view. Drawn again only when something of it changed. */

import type { Texts } from "../pageTexts";
import type { Branch, Turn } from "../turns";
import type { Actions } from "./actions";
import { BlockRow } from "./answer";
import { EditBox } from "./edit-box";
import type { Editing } from "./editing";
import { Gap } from "./gap";
import type { Row, ShownTurn } from "./layout";
import { rowName } from "./layout";
import { memo } from "./memo";
import { Standing } from "./standing";
import { QuestionBar, ReplyBar } from "./turn-bars";
import { useRow, type Watch } from "./use-row";

export interface TurnProperties {
  part: ShownTurn;
  /** Turns in the conversation. */
  of: number;
  branch: Branch | undefined;
  /** It failed for the same reason as the turn before. */
  repeats: boolean;
  editing: Editing | undefined;
  beginEdit: (turn: Turn) => void;
  texts: Texts;
  actions: Actions;
  watch: Watch;
}

export const TurnView = memo(
  (properties: TurnProperties) => <TurnParts {...properties} />,
  (before, after) =>
    before.part.turn === after.part.turn &&
    before.part.at === after.part.at &&
    sameRows(before.part.rows, after.part.rows) &&
    before.of === after.of &&
    before.branch === after.branch &&
    before.repeats === after.repeats &&
    before.editing?.turn === after.editing?.turn &&
    before.texts === after.texts,
);

function sameRows(before: readonly Row[], after: readonly Row[]): boolean {
  return (
    before.length === after.length &&
    before.every(({ at, gap }, index) => at === after[index]?.at && gap === after[index]?.gap)
  );
}

function TurnParts(properties: TurnProperties) {
  const { part, of, texts, actions, watch } = properties;
  const { turn, at, reading, rows } = part;
  const last = reading.blocks.length + 1;
  const [first] = rows;
  const ofReply = rows.filter((row) => row.at > 0);
  const end = ofReply.at(-1);
  return (
    <li class={`turn ${turn.state.kind}`} aria-setsize={of} aria-posinset={at + 1}>
      {first?.at === 0 && (
        <>
          <Gap height={first.gap} />
          <Question {...properties} />
        </>
      )}
      {ofReply.length > 0 && (
        <article class="reply" aria-label={texts.answerOf} aria-busy={isOpen(turn)}>
          <div class="answer">
            {ofReply.map((row) => {
              const block = reading.blocks[row.at - 1];
              if (!block) return null;
              return (
                <BlockRow
                  key={row.at}
                  name={rowName(turn.id, row.at)}
                  gap={row.gap}
                  block={block}
                  above={reading.blocks[row.at - 2]?.source ?? ""}
                  turn={turn.id}
                  open={isOpen(turn) && row.at === last - 1}
                  texts={texts}
                  actions={actions}
                  watch={watch}
                />
              );
            })}
          </div>
          {end?.at === last && <End {...properties} name={rowName(turn.id, last)} gap={end.gap} />}
        </article>
      )}
    </li>
  );
}

function isOpen({ state }: Turn): boolean {
  return state.kind === "waiting" || state.kind === "answering";
}

function Question({ part, branch, editing, beginEdit, texts, actions, watch }: TurnProperties) {
  const { turn } = part;
  const row = useRow(watch);
  return (
    <div class="question-row" ref={row} data-row={rowName(turn.id, 0)}>
      <article class="question" aria-label={texts.you}>
        {turn.context.length > 0 && (
          <ul class="went-along">
            {turn.context.map((label) => (
              <li key={label}>{label}</li>
            ))}
          </ul>
        )}
        {editing ? (
          <EditBox editing={editing} texts={texts} />
        ) : (
          <>
            <p>{turn.user}</p>
            <QuestionBar turn={turn} branch={branch} beginEdit={beginEdit} texts={texts} actions={actions} />
          </>
        )}
      </article>
    </div>
  );
}

/** What stands below an answer. */
function End({ part, repeats, texts, actions, watch, name, gap }: TurnProperties & { name: string; gap: number }) {
  const { turn } = part;
  const ref = useRow(watch);
  const lines = [...(turn.facts ? [turn.facts] : []), ...turn.notes];
  return (
    <>
      <Gap height={gap} />
      <div class="turn-end" ref={ref} data-row={name}>
        {lines.length > 0 && <p class="grey">{lines.join(" · ")}</p>}
        <Standing turn={turn} repeats={repeats} texts={texts} actions={actions} />
        {!isOpen(turn) && <ReplyBar turn={turn} texts={texts} actions={actions} />}
      </div>
    </>
  );
}
