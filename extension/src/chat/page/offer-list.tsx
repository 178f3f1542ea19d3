/** The list above the input: what can go along, or what can be done. The input keeps the focus. */

import { useEffect, useRef } from "preact/hooks";
import type { Offer } from "../composerMessages";
import type { Texts } from "../pageTexts";
import { Icon } from "./icon";
import { OFFER_ICONS } from "./offer-icons";

export const LIST_ID = "offers";

/** The id of a row, for the input's `aria-activedescendant`. */
export function rowId(at: number): string {
  return `offer-${at}`;
}

interface OfferListProperties {
  offers: Offer[];
  active: number;
  texts: Texts;
  accept: (at: number) => void;
}

export function OfferList({ offers, active, texts, accept }: OfferListProperties) {
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    list.current?.children[active]?.scrollIntoView({ block: "nearest" });
  }, [active, offers]);
  return (
    <div ref={list} id={LIST_ID} class="offers" role="listbox" aria-label={texts.offers}>
      {offers.map((offer, at) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are the input's, which keeps the focus.
        // biome-ignore lint/a11y/useFocusableInteractive: likewise; the input names the chosen row.
        <div
          key={`${offer.kind} ${offer.insert} ${offer.detail}`}
          id={rowId(at)}
          class="offer"
          role="option"
          aria-selected={at === active}
          title={offer.detail}
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => accept(at)}
        >
          <Icon name={OFFER_ICONS[offer.kind]} />
          <span class="offer-label">{marked(offer)}</span>
          <span class="offer-detail">{offer.detail}</span>
        </div>
      ))}
    </div>
  );
}

/** The label with what was typed in bold, in as few pieces as possible. */
function marked({ label, positions }: Offer) {
  const hits = new Set(positions);
  const pieces: { text: string; hit: boolean }[] = [];
  for (let at = 0; at < label.length; at++) {
    const hit = hits.has(at);
    const last = pieces.at(-1);
    if (last?.hit === hit) last.text += label[at];
    else pieces.push({ text: label[at] ?? "", hit });
  }
  return pieces.map(({ text, hit }, at) => (hit ? <b key={at}>{text}</b> : text));
}
