/**
 * Gathers what arrives one by one and hands it on together, once per tick of whatever clock it is
 * given: an animation frame in the page, a few milliseconds in the extension.
 */

/** Calls back once, later. */
export type Schedule = (run: () => void) => void;

/** A queue that empties itself into `deliver`, in order, at most once per tick. */
export interface Batch<T> {
  add(item: T): void;
  /** Hands on at once what is waiting, for when order with something else matters. */
  flush(): void;
}

/** A batch that ticks by `schedule`. */
export function batch<T>(schedule: Schedule, deliver: (items: T[]) => void): Batch<T> {
  let waiting: T[] = [];
  let scheduled = false;
  const flush = () => {
    if (waiting.length === 0) return;
    const items = waiting;
    waiting = [];
    deliver(items);
  };
  return {
    add(item) {
      waiting.push(item);
      if (scheduled) return;
      scheduled = true;
      schedule(() => {
        scheduled = false;
        flush();
      });
    },
    flush,
  };
}
