/**
 * The question that is being answered, kept so that a window that is loaded again takes its answer up.
 * The server keeps an answer that nobody reads for some seconds only, and a question of yesterday is
 * not to be asked again: so it is noted, now and then, that the answer is still wanted.
 */

import type { ChatContext } from "../engine";

export interface Asked {
  session: string;
  turn: string;
  text: string;
  context: ChatContext[];
}

export interface Underway {
  /** What was being answered a moment ago, in this window or in the one before. */
  get(): Asked | undefined;
  begin(asked: Asked): void;
  /** Nobody reads it any more; `keep` when that was not the user's wish. */
  end(keep: boolean): void;
}

/** What outlives the window. */
interface Store {
  get<T>(key: string): T | undefined;
  update(key: string, value: unknown): unknown;
}

const ASKED = "codesaga.chat.underway";
const WANTED_AT = "codesaga.chat.underwayAt";
const NOTE_EVERY_MS = 5_000;
/** Loading a window takes a while; longer than this ago means another day's work. */
const WANTED_FOR_MS = 30_000;

export function keepUnderway(store: Store, now: () => number = Date.now): Underway {
  let noting: NodeJS.Timeout | undefined;
  const note = () => void store.update(WANTED_AT, now());
  return {
    get() {
      const asked = store.get<Asked>(ASKED);
      return asked && now() - (store.get<number>(WANTED_AT) ?? 0) <= WANTED_FOR_MS ? asked : undefined;
    },
    begin(asked) {
      void store.update(ASKED, asked);
      note();
      clearInterval(noting);
      noting = setInterval(note, NOTE_EVERY_MS).unref();
    },
    end(keep) {
      clearInterval(noting);
      if (!keep) void store.update(ASKED, undefined);
    },
  };
}
