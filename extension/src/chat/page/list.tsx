/** The turns, drawn as far as they are near the view. */

import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { Texts } from "../pageTexts";
import type { Branch, Conversation, Turn } from "../turns";
import type { Actions } from "./actions";
import type { Editing } from "./editing";
import { Gap } from "./gap";
import { createLayout, type Layout } from "./layout";
import type { Scroll } from "./scroll";
import { TurnView } from "./turn";

/** So far above and below the view rows are drawn as well. */
const BEYOND_PIXELS = 2_000;
/** About as wide as a character of prose is. */
const CHARACTER_PIXELS = 7.5;

interface TurnListProperties {
  conversation: Conversation;
  texts: Texts;
  actions: Actions;
  scroll: Scroll;
  editing: Editing;
}

export function TurnList({ conversation, texts, actions, scroll, editing }: TurnListProperties) {
  const layout = useRef<Layout>(undefined);
  layout.current ??= createLayout();
  const watch = useHeights(layout.current, scroll);
  const { turns } = conversation;
  const { range, columns } = rangeOf(layout.current, scroll, turns);
  layout.current.update(turns, columns);
  const shown = layout.current.show(range.top, range.bottom, pinnedRows(scroll.area.current));
  useLayoutEffect(() => {
    scroll.drawn.current = range;
    scroll.follow();
  });
  return (
    <>
      <ol class="turn-list">
        {shown.turns.map((part) => (
          <TurnView
            key={part.turn.id}
            part={part}
            of={turns.length}
            branch={branchBefore(conversation, part.at)}
            repeats={repeatsFailure(turns, part.at)}
            editing={editing.turn === part.turn.id ? editing : undefined}
            beginEdit={editing.begin}
            texts={texts}
            actions={actions}
            watch={watch}
          />
        ))}
      </ol>
      <Gap height={shown.gap} />
    </>
  );
}

/** The heights between which rows are drawn: around the view, or around the end when that is followed. */
function rangeOf(layout: Layout, { area, sticks }: Scroll, turns: readonly Turn[]) {
  const element = area.current;
  const view = element?.clientHeight ?? window.innerHeight;
  const columns = (element?.clientWidth ?? window.innerWidth) / CHARACTER_PIXELS;
  layout.update(turns, columns);
  const top = sticks.current || !element ? layout.height() - view : element.scrollTop;
  return { range: { top: top - BEYOND_PIXELS, bottom: top + view + BEYOND_PIXELS }, columns };
}

/** Rows that stay although they are out of sight: they hold the focus or the ends of what is selected. */
function pinnedRows(area: HTMLElement | null): Set<string> {
  const selection = document.getSelection();
  const ends = selection?.isCollapsed === false ? [selection.anchorNode, selection.focusNode] : [];
  const rows = new Set<string>();
  for (const node of [document.activeElement, ...ends]) {
    const element = node instanceof Element ? node : node?.parentElement;
    const row = element?.closest<HTMLElement>("[data-row]")?.dataset.row;
    if (row !== undefined && area?.contains(element ?? null)) rows.add(row);
  }
  return rows;
}

/** Tells the layout how high rows are; gives what a row calls with its element. */
function useHeights(layout: Layout, scroll: Scroll): (element: HTMLElement) => () => void {
  const observer = useRef<ResizeObserver>(undefined);
  observer.current ??= new ResizeObserver((entries) => {
    for (const { target, borderBoxSize } of entries) {
      const { row } = (target as HTMLElement).dataset;
      const height = borderBoxSize[0]?.blockSize;
      if (row !== undefined && height !== undefined && target.isConnected) layout.measured(row, height);
    }
    scroll.follow();
  });
  useEffect(() => () => observer.current?.disconnect(), []);
  const watch = useRef((element: HTMLElement) => {
    observer.current?.observe(element);
    return () => observer.current?.unobserve(element);
  });
  return watch.current;
}

/** The versions that begin with this turn. */
function branchBefore({ branches, turns }: Conversation, at: number): Branch | undefined {
  const after = at === 0 ? "" : turns[at - 1]?.request;
  return after === undefined ? undefined : branches?.find((branch) => branch.after === after);
}

/** Whether the turn before failed for the same reason: it is said once. */
function repeatsFailure(turns: readonly Turn[], at: number): boolean {
  const [before, state] = [turns[at - 1]?.state, turns[at]?.state];
  return before?.kind === "failed" && state?.kind === "failed" && before.sentence === state.sentence;
}
