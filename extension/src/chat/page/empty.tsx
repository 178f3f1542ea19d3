/** What an empty conversation shows: three things to try. */

import type { Suggestion } from "../composerMessages";
import type { Texts } from "../pageTexts";
import type { Actions } from "./actions";
import { Icon } from "./icon";

interface EmptyProperties {
  texts: Texts;
  suggestions: Suggestion[];
  actions: Actions;
}

export function Empty({ texts, suggestions, actions }: EmptyProperties) {
  return (
    <div class="empty">
      <Icon name="sparkle" />
      <h2>{texts.emptyTitle}</h2>
      <p class="grey">{texts.emptyHint}</p>
      <ul class="suggestions">
        {suggestions.map(({ text, aboutFile }) => (
          <li key={text}>
            <button type="button" class="suggestion" onClick={() => actions.send(text, aboutFile ? "file" : "nothing")}>
              {text}
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
