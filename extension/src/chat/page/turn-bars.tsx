/** What can be done with a question and with an answer: shown on hover and to the keyboard. */

import type { Texts } from "../pageTexts";
import type { Branch, Turn } from "../turns";
import type { Actions } from "./actions";
import { CopyButton } from "./copy-button";
import { IconButton } from "./icon";

interface BarProperties {
  turn: Turn;
  texts: Texts;
  actions: Actions;
}

interface QuestionBarProperties extends BarProperties {
  branch: Branch | undefined;
  beginEdit: (turn: Turn) => void;
}

export function QuestionBar({ turn, branch, beginEdit, texts, actions }: QuestionBarProperties) {
  return (
    <div class="question-foot">
      {branch && <Versions branch={branch} texts={texts} actions={actions} />}
      <span class="question-bar" role="toolbar" aria-label={texts.you}>
        <IconButton name="edit" class="edit-question" label={texts.edit} press={() => beginEdit(turn)} />
        <CopyButton label={texts.copyQuestion} texts={texts} copy={() => actions.copy(turn.user)} />
        <IconButton name="trash" label={texts.remove} press={() => actions.remove(turn.id)} />
      </span>
    </div>
  );
}

interface VersionsProperties {
  branch: Branch;
  texts: Texts;
  actions: Actions;
}

/** `‹ 2/3 ›`: the versions of the conversation from this question on. */
function Versions({ branch, texts, actions }: VersionsProperties) {
  const { sessions, at } = branch;
  const show = (to: number) => {
    const session = sessions[to];
    if (session !== undefined) actions.show(session);
  };
  const place = texts.version.replace("{0}", String(at + 1)).replace("{1}", String(sessions.length));
  return (
    <span class="versions" role="toolbar" aria-label={place}>
      <IconButton name="chevron-left" label={texts.earlierVersion} disabled={at === 0} press={() => show(at - 1)} />
      <span aria-hidden="true">{`${at + 1}/${sessions.length}`}</span>
      <IconButton
        name="chevron-right"
        label={texts.laterVersion}
        disabled={at === sessions.length - 1}
        press={() => show(at + 1)}
      />
    </span>
  );
}

export function ReplyBar({ turn, texts, actions }: BarProperties) {
  const { verdict, request } = turn;
  return (
    <div class={verdict ? "reply-bar judged" : "reply-bar"} role="toolbar" aria-label={texts.answerOf}>
      {turn.answer !== "" && (
        <CopyButton label={texts.copyAnswer} texts={texts} copy={() => actions.copy(turn.answer)} />
      )}
      {turn.state.kind !== "failed" && (
        <IconButton name="refresh" label={texts.askAgain} press={() => actions.askAgain(turn.id)} />
      )}
      {request !== undefined && (
        <>
          <IconButton
            name={verdict === "up" ? "thumbsup-filled" : "thumbsup"}
            label={texts.helpful}
            pressed={verdict === "up"}
            press={() => actions.vote(turn.id, "up")}
          />
          <IconButton
            name={verdict === "down" ? "thumbsdown-filled" : "thumbsdown"}
            label={texts.notHelpful}
            pressed={verdict === "down"}
            press={() => actions.vote(turn.id, "down")}
          />
        </>
      )}
    </div>
  );
}
