/** A row of the conversation tells how high it is while it is drawn. */

import { useEffect, useRef } from "preact/hooks";

/** Watches an element's height; gives what ends it. */
export type Watch = (element: HTMLElement) => () => void;

export function useRow(watch: Watch) {
  const row = useRef<HTMLDivElement>(null);
  useEffect(() => (row.current ? watch(row.current) : undefined), [watch]);
  return row;
}
