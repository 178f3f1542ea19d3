/** The page's second script, loaded when the page has been drawn: it brings the colours of code. */

import { type ReadLines, readLines } from "./readLines";

declare global {
  interface Window {
    codesagaReadLines?: ReadLines;
  }
}

window.codesagaReadLines = readLines;
