/**
 * What goes along with the next question: what the user put there, and before it what the editor
 * offers by itself. Each can be taken away, and goes along once: from then on it is part of the
 * conversation. Pure; the editor's offer comes in as an argument.
 */

import { createHash } from "node:crypto";
import { type Chip, composerLimits } from "../composerMessages";
import { type Attachment, chipOf, keyOf, sizeOf } from "./attachment";

/** The most text that goes along with one question; more than that no model of ours reads at once. */
export const BASKET_CHARACTERS_MAX = 96_000;

/** How many offers of the editor that were sent or refused are remembered. */
const REFUSED_MAX = 200;

export interface Basket {
  /** Puts it in; says why not when it does not fit. */
  add(attachment: Attachment): "added" | "full";
  /** Takes it away; a file that the editor offers is then not offered again, whatever becomes of its text. */
  remove(id: string): void;
  /** What the editor offers by itself now. */
  offer(attachments: readonly Attachment[]): void;
  chips(): Chip[];
  /** Hands everything out and begins anew. */
  take(): Attachment[];
  /** For another conversation, which has seen nothing yet. */
  forget(): void;
}

export function openBasket(): Basket {
  const put = new Map<string, Attachment>();
  const refused = new Set<string>();
  let offered = new Map<string, Attachment>();
  let made = 0;

  const refuse = (id: string) => {
    refused.add(id);
    const [oldest] = refused;
    if (refused.size > REFUSED_MAX && oldest !== undefined) refused.delete(oldest);
  };
  /** What the editor offers and was neither sent nor taken away. */
  const standing = () => {
    const keys = new Set([...put.values()].map(keyOf));
    return [...offered].filter(([id, one]) => !refused.has(id) && !refused.has(placeOf(one)) && !keys.has(keyOf(one)));
  };
  return {
    add(attachment) {
      const key = keyOf(attachment);
      if ([...put.values()].some((one) => keyOf(one) === key)) return "added";
      const size = [...put.values()].reduce((sum, one) => sum + sizeOf(one), sizeOf(attachment));
      // Room is kept for what the editor offers: the selection and the file.
      if (put.size >= composerLimits.chipsMax - 2 || size > BASKET_CHARACTERS_MAX) return "full";
      made += 1;
      put.set(`put-${made}`, attachment);
      return "added";
    },
    remove(id) {
      if (put.delete(id)) return;
      const one = offered.get(id);
      refuse(one?.kind === "file" ? placeOf(one) : id);
    },
    offer(attachments) {
      offered = new Map(attachments.map((one) => [idOf(one), one]));
    },
    chips: () => [...standing(), ...put].map(([id, one]) => chipOf(id, one)),
    take() {
      const taken = [...standing(), ...put];
      for (const [id] of standing()) refuse(id);
      put.clear();
      return taken.map(([, one]) => one);
    },
    forget() {
      refused.clear();
    },
  };
}

/** The same offer has the same name, however often it is made, and another one as soon as its text differs. */
function idOf(attachment: Attachment): string {
  return `offered-${createHash("sha1").update(keyOf(attachment)).digest("hex")}`;
}

function placeOf({ kind, contexts }: Attachment): string {
  return `${kind} ${contexts[0]?.path}`;
}
