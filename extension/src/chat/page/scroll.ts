/** Where the reader is in the conversation. The end is kept in sight while it grows, for who reads there. */

import type { RefObject } from "preact";
import { useLayoutEffect, useReducer, useRef, useState } from "preact/hooks";

/** Nearer to the end than this counts as being there. */
const END_PIXELS = 24;
/** When less than this is left of it, more is drawn. */
const LEFT_PIXELS = 800;

export interface Scroll {
  area: RefObject<HTMLDivElement | null>;
  /** Whether the reader is somewhere else than at the end. */
  away: boolean;
  moved(): void;
  toEnd(): void;
  /** Says what rows are drawn, so that more are drawn in time. */
  drawn: RefObject<{ top: number; bottom: number } | null>;
  sticks: RefObject<boolean>;
  follow(): void;
}

/** Keeps the end in sight while it grows, but only for a reader who is there. */
export function useScroll(): Scroll {
  const area = useRef<HTMLDivElement>(null);
  const sticks = useRef(true);
  const drawn = useRef<{ top: number; bottom: number }>(null);
  const [away, setAway] = useState(false);
  const [, drawAgain] = useReducer<number, void>((count) => count + 1, 0);
  const follow = () => {
    const element = area.current;
    if (element && sticks.current) element.scrollTop = element.scrollHeight;
  };
  const moved = () => {
    const element = area.current;
    if (!element) return;
    const { scrollTop, clientHeight, scrollHeight } = element;
    sticks.current = scrollHeight - scrollTop - clientHeight <= END_PIXELS;
    setAway(!sticks.current);
    const range = drawn.current;
    if (!range) return;
    const above = scrollTop - range.top < LEFT_PIXELS && range.top > 0;
    const below = range.bottom - scrollTop - clientHeight < LEFT_PIXELS && range.bottom < scrollHeight;
    if (above || below) drawAgain();
  };
  const toEnd = () => {
    sticks.current = true;
    setAway(false);
    follow();
    drawAgain();
  };
  useLayoutEffect(() => {
    const element = area.current;
    if (!element) return;
    const watch = new ResizeObserver(() => {
      follow();
      drawAgain();
    });
    watch.observe(element);
    return () => watch.disconnect();
  }, []);
  return { area, away, moved, toEnd, drawn, sticks, follow };
}
