/** Which icon stands for what goes along and for what can be done. */

import type { ChipKind, Offer } from "../composerMessages";
import type { IconName } from "./icon";

export const CHIP_ICONS: Readonly<Record<ChipKind, IconName>> = {
  selection: "selection",
  file: "file",
  folder: "folder",
  symbol: "symbol-method",
  problems: "warning",
  terminal: "terminal",
  git: "git-compare",
};

export const OFFER_ICONS: Readonly<Record<Offer["kind"], IconName>> = {
  ...CHIP_ICONS,
  command: "sparkle",
  prompt: "note",
};
