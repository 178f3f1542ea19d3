/** What goes along with the question, each with a button that takes it away. */

import type { RefObject } from "preact";
import type { Chip } from "../composerMessages";
import type { Texts } from "../pageTexts";
import { Icon, IconButton } from "./icon";
import { CHIP_ICONS } from "./offer-icons";

interface ChipsProperties {
  chips: Chip[];
  texts: Texts;
  input: RefObject<HTMLTextAreaElement | null>;
  remove: (id: string) => void;
  add: () => void;
}

export function Chips({ chips, texts, input, remove, add }: ChipsProperties) {
  return (
    <div class="chips">
      <IconButton name="mention" label={texts.addContext} press={add} />
      <ul aria-label={texts.context}>
        {chips.map(({ id, kind, label, title }) => (
          <li key={id} class="chip" title={title}>
            <Icon name={CHIP_ICONS[kind]} />
            <span class="chip-label">{label}</span>
            <button
              type="button"
              class="icon-button chip-remove"
              aria-label={`${texts.removeContext}: ${label}`}
              aria-description={title}
              onClick={(event) => {
                focusNeighbour(event.currentTarget, input.current);
                remove(id);
              }}
              onKeyDown={(event) => {
                if (event.key === "Backspace" || event.key === "Delete") event.currentTarget.click();
              }}
            >
              <Icon name="close" />
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** The focus goes to the next chip, the one before, or back to where the question is typed. */
function focusNeighbour(button: HTMLElement, input: HTMLElement | null) {
  const chip = button.closest(".chip");
  const neighbour = chip?.nextElementSibling ?? chip?.previousElementSibling;
  const next = neighbour?.querySelector<HTMLElement>(".chip-remove") ?? input;
  next?.focus();
}
