/**
 * The list above the input while something is completed: when it is asked for, which row is chosen,
 * and what accepting one does. What the list holds, the extension says.
 */

import type { RefObject } from "preact";
import { useRef, useState } from "preact/hooks";
import type { Offer } from "../composerMessages";
import type { Actions } from "./actions";
import { replaceText } from "./fieldText";
import type { Offered } from "./state";
import { type Asking, askingAt } from "./trigger";

/** What has been asked for and not been closed. */
interface Asked extends Asking {
  /** The number of the first question about this piece of text: answers before it are about another. */
  since: number;
}

export interface Completing {
  /** The rows to show; none when there is no list. */
  offers: Offer[];
  /** Which row is chosen. */
  active: number;
  /** Whether the chosen row is a command that has been typed to its end. */
  exact: boolean;
  /** Looks at the text and the cursor again. */
  look(): void;
  move(by: number): void;
  accept(at: number): void;
  /** Closes the list, until another piece of text asks for one. */
  dismiss(): void;
  /** Closes the list, until the next key. */
  close(): void;
}

export function useCompleting(
  input: RefObject<HTMLTextAreaElement | null>,
  offered: Offered,
  actions: Pick<Actions, "complete" | "choose">,
): Completing {
  const [asked, setAsked] = useState<Asked>();
  const [active, setActive] = useState(0);
  const asks = useRef(0);
  const dismissed = useRef(-1);
  const offers = asked && offered.ask >= asked.since ? offered.offers : [];

  const look = () => {
    const field = input.current;
    const asking = field ? askingAt(field.value, field.selectionStart) : undefined;
    if (asking?.from !== dismissed.current) dismissed.current = -1;
    if (!asking || dismissed.current >= 0) {
      setAsked(undefined);
      return;
    }
    if (asked && sameAsking(asked, asking)) return;
    asks.current += 1;
    const goesOn = asked?.from === asking.from && asked.trigger === asking.trigger;
    setAsked({ ...asking, since: goesOn ? asked.since : asks.current });
    setActive(0);
    actions.complete(asks.current, asking.trigger, asking.query);
  };
  const accept = (at: number) => {
    const field = input.current;
    const offer = offers[at];
    if (!field || !asked || !offer) return;
    replaceText(field, asked.from, field.selectionStart, offer.insert);
    actions.choose(offered.ask, at);
    look();
  };
  const chosen = Math.min(active, Math.max(offers.length - 1, 0));
  return {
    offers,
    active: chosen,
    exact: asked?.trigger === "/" && offers[chosen]?.label === `/${asked.query}`,
    look,
    move: (by) => offers.length > 0 && setActive((active + by + offers.length) % offers.length),
    accept,
    dismiss() {
      dismissed.current = asked?.from ?? -1;
      setAsked(undefined);
    },
    close: () => setAsked(undefined),
  };
}

function sameAsking(a: Asking, b: Asking): boolean {
  return a.trigger === b.trigger && a.from === b.from && a.query === b.query;
}
