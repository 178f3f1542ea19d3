// The time that everything of a release has, so that two builds of one commit give the same bytes.
import { spawnSync } from "node:child_process";
import { root } from "../lib/places.mjs";

// Where there is no commit, as in an unpacked archive of the sources: zip files know no time before this year.
const firstOfZip = Date.UTC(1980, 0, 2) / 1000;

/** Seconds since 1970: SOURCE_DATE_EPOCH, else the time of the commit. */
export function sourceDate(env = process.env) {
  if (/^\d+$/.test(env.SOURCE_DATE_EPOCH ?? "")) return Number(env.SOURCE_DATE_EPOCH);
  const { status, stdout } = spawnSync("git", ["log", "-1", "--format=%ct"], { cwd: root, encoding: "utf8" });
  return status === 0 ? Number(stdout.trim()) : firstOfZip;
}
