// What was made from which sources, as an in-toto statement with SLSA's predicate: the same that GitHub's attestation
// signs in the workflow. Made here it is signed by nobody: it tells what to expect, and proves nothing.
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import path from "node:path";

/** `name  digest` lines as sha256sum writes and checks them, sorted by name. */
export async function sha256Sums(folder, names) {
  const lines = await Promise.all(
    [...names].sort().map(async (name) => {
      const digest = createHash("sha256")
        .update(await readFile(path.join(folder, name)))
        .digest("hex");
      return `${digest}  ${name}\n`;
    }),
  );
  return lines.join("");
}

/** The statement about the files of `sums`, built from `commit`. */
export function statement(sums, { commit, version, startedOn }) {
  const subject = sums
    .trim()
    .split("\n")
    .map((line) => line.split("  "))
    .map(([sha256, name]) => ({ name, digest: { sha256 } }));
  return {
    _type: "https://in-toto.io/Statement/v1",
    subject,
    predicateType: "https://slsa.dev/provenance/v1",
    predicate: {
      buildDefinition: {
        buildType: "urn:codesaga:build:npm-run-release",
        externalParameters: { version },
        resolvedDependencies: [{ uri: "git:.", digest: { gitCommit: commit } }],
      },
      runDetails: {
        builder: { id: "urn:codesaga:builder:a-person" },
        metadata: { startedOn },
      },
    },
  };
}
