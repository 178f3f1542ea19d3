/**
 * Colours code a little in each frame, so that no frame is late: blocks wait here for their turn. It also
 * brings the script that knows the languages, once the page has been drawn.
 */

import { createContext } from "preact";
import type { ReadLines } from "../colours/readLines";

/** Something with lines that are not coloured yet. */
export interface Paintable {
  /** Colours some; gives whether more are left. */
  paint(read: ReadLines): boolean;
}

export interface Painter {
  /** Absent until the script has come. */
  reader(): ReadLines | undefined;
  add(block: Paintable): void;
  remove(block: Paintable): void;
}

export const PainterContext = createContext<Painter | undefined>(undefined);

/** Of each frame, so much goes to colours. */
const FRAME_MS = 4;

/** `load` brings the script. */
export function createPainter(load: () => Promise<ReadLines | undefined>): Painter {
  const waiting = new Set<Paintable>();
  let reader: ReadLines | undefined;
  let scheduled = false;

  const paint = () => {
    scheduled = false;
    const until = performance.now() + FRAME_MS;
    for (const block of waiting) {
      while (reader && performance.now() < until) {
        if (block.paint(reader)) continue;
        waiting.delete(block);
        break;
      }
    }
    schedule();
  };
  const schedule = () => {
    if (scheduled || !reader || waiting.size === 0) return;
    scheduled = true;
    requestAnimationFrame(paint);
  };
  void load().then((loaded) => {
    reader = loaded;
    schedule();
  });
  return {
    reader: () => reader,
    add(block) {
      waiting.add(block);
      schedule();
    },
    remove: (block) => void waiting.delete(block),
  };
}

/** Brings the second script, from where the first one came and by the same leave. */
export function loadColours(own: HTMLScriptElement | null): Promise<ReadLines | undefined> {
  if (!own) return Promise.resolve(undefined);
  return new Promise((resolve) => {
    const script = document.createElement("script");
    script.nonce = own.nonce;
    script.src = own.src.replace(/chat\.js(?=$|\?)/, "colours.js");
    script.onload = () => resolve(window.codesagaReadLines);
    // Without colours code is still code.
    script.onerror = () => resolve(undefined);
    // After the first frame has been drawn, not before it.
    requestAnimationFrame(() => setTimeout(() => document.head.append(script)));
  });
}
