// For which systems the product is built: the editor's name of each, and Rust's. `.github/workflows/release.yml` builds
// each on a machine of its kind, and a test compares the two. A VSIX holds one addon, which engine.ts loads by a name that
// is the same everywhere: what is inside the file decides, so the check of a VSIX reads it (machine.mjs).

import { readFileSync } from "node:fs";

/** What the extension loads, in every VSIX. */
export const addonName = "codesaga.node";

/** The oldest glibc that the editor itself runs on. */
export const glibcMost = "2.28";

/**
 * `proxy` says whether a program of the server is released for it: on Alpine the image is. `features` are the proxy's;
 * librdkafka is built by a shell script, which Windows has not.
 */
export const targets = [
  { target: "linux-x64", triple: "x86_64-unknown-linux-gnu", proxy: true, features: ["kafka"] },
  { target: "linux-arm64", triple: "aarch64-unknown-linux-gnu", proxy: true, features: ["kafka"] },
  { target: "darwin-arm64", triple: "aarch64-apple-darwin", proxy: true, features: ["kafka"] },
  { target: "darwin-x64", triple: "x86_64-apple-darwin", proxy: true, features: ["kafka"] },
  { target: "win32-x64", triple: "x86_64-pc-windows-msvc", proxy: true, features: [] },
  { target: "alpine-x64", triple: "x86_64-unknown-linux-musl", proxy: false, features: [] },
];

/** One of them by the editor's name. */
export function targetNamed(name) {
  const found = targets.find(({ target }) => target === name);
  if (!found) throw new Error(`${name} is none of ${targets.map(({ target }) => target).join(", ")}`);
  return found;
}

/** What the proxy's program is called there. */
export function proxyProgram(target) {
  return target.startsWith("win32") ? "codesaga-proxy.exe" : "codesaga-proxy";
}

/** The editor's name for the system this runs on. */
export function hostTarget() {
  const { platform, arch } = process;
  if (platform === "linux") return isMusl() ? `alpine-${arch}` : `linux-${arch === "arm" ? "armhf" : arch}`;
  return `${platform}-${arch}`;
}

function isMusl() {
  try {
    return readFileSync("/usr/bin/ldd", "utf8").includes("musl");
  } catch {
    return false;
  }
}
