/** The whole page: the turns, and below them the input. */

import type { RefObject } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { isBusy } from "../transcript";
import type { Actions } from "./actions";
import { Announcer } from "./announcer";
import { Composer } from "./composer";
import { Empty } from "./empty";
import { IconButton } from "./icon";
import type { PageState } from "./state";
import { TurnView } from "./turn";

interface AppProperties {
  state: PageState;
  actions: Actions;
  input: RefObject<HTMLTextAreaElement | null>;
  keepDraft: (draft: string) => void;
}

export function App({ state, actions, input, keepDraft }: AppProperties) {
  const { texts, conversation, suggestions, composer } = state;
  const scroll = useStickToEnd();
  const { turns, line } = conversation;
  return (
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
          <ol class="turn-list">
            {turns.map((turn) => (
              <TurnView key={turn.id} turn={turn} texts={texts} actions={actions} />
            ))}
          </ol>
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
  );
}

/** Nearer to the end than this counts as being there. */
const END_PIXELS = 24;

/** Keeps the end in sight while it grows, but only for a reader who is there. */
function useStickToEnd() {
  const area = useRef<HTMLDivElement>(null);
  const sticks = useRef(true);
  const [away, setAway] = useState(false);
  const follow = () => {
    const element = area.current;
    if (element && sticks.current) element.scrollTop = element.scrollHeight;
  };
  const moved = () => {
    const element = area.current;
    if (!element) return;
    const below = element.scrollHeight - element.scrollTop - element.clientHeight;
    sticks.current = below <= END_PIXELS;
    setAway(!sticks.current);
  };
  const toEnd = () => {
    sticks.current = true;
    setAway(false);
    follow();
  };
  useLayoutEffect(follow);
  useLayoutEffect(() => {
    const element = area.current;
    if (!element) return;
    const watch = new ResizeObserver(follow);
    watch.observe(element);
    return () => watch.disconnect();
  }, []);
  return { area, away, moved, toEnd };
}
