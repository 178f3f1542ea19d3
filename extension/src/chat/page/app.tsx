/** The whole page: the turns, and below them the input. */

import type { RefObject } from "preact";
import { isBusy } from "../transcript";
import type { Actions } from "./actions";
import { Announcer } from "./announcer";
import { Composer } from "./composer";
import { useEditing } from "./editing";
import { Empty } from "./empty";
import { IconButton } from "./icon";
import { TurnList } from "./list";
import { type Painter, PainterContext } from "./painter";
import { useScroll } from "./scroll";
import type { PageState } from "./state";

interface AppProperties {
  state: PageState;
  actions: Actions;
  painter: Painter;
  input: RefObject<HTMLTextAreaElement | null>;
  keepDraft: (draft: string) => void;
}

export function App({ state, actions, painter, input, keepDraft }: AppProperties) {
  const { texts, conversation, suggestions, composer } = state;
  const scroll = useScroll();
  const editing = useEditing(state, actions);
  const { turns, line } = conversation;
  return (
    <PainterContext.Provider value={painter}>
      <main class="page">
        <div
          class="turns"
          ref={scroll.area}
          role="log"
          aria-live="off"
          aria-label={texts?.conversation ?? ""}
          onScroll={scroll.moved}
        >
          {line && <p class="grey conversation-line">{line}</p>}
          {texts && turns.length === 0 && !line && <Empty texts={texts} suggestions={suggestions} actions={actions} />}
          {texts && (
            <TurnList conversation={conversation} texts={texts} actions={actions} scroll={scroll} editing={editing} />
          )}
        </div>
        <div class="foot">
          {texts && scroll.away && (
            <IconButton name="arrow-down" class="newest" label={texts.newest} press={scroll.toEnd} />
          )}
          <Composer
            texts={texts}
            composer={composer}
            busy={isBusy(conversation)}
            actions={actions}
            input={input}
            keepDraft={keepDraft}
            sent={scroll.toEnd}
          />
        </div>
        <Announcer turn={turns.at(-1)} />
      </main>
    </PainterContext.Provider>
  );
}
