// Where things are: the repository and the ignored folder in which the scripts keep what they install and run.
// Nothing is created here.
import path from "node:path";
import { fileURLToPath } from "node:url";

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..", "..");
export const cache = path.join(root, ".cache");
export const logs = path.join(cache, "logs");
export const run = path.join(cache, "run");
export const screenshots = path.join(cache, "screenshots");
export const debugBinaries = path.join(process.env.CARGO_TARGET_DIR ?? path.join(root, "target"), "debug");
