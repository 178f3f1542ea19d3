// Where a release is put together: what each system built, and what goes out.
import path from "node:path";
import { cache } from "../lib/places.mjs";

const release = path.join(cache, "release");
export const parts = path.join(release, "parts");
export const out = path.join(release, "out");
