// What is typed to publish. The dry run shows it and the workflow runs it: a test compares the two. Both commands read
// their token from the environment, so that none stands in a list of processes.

/** Open VSX is where Cursor looks. */
export const publishing = [
  { token: "OVSX_PAT", command: "npx --yes ovsx@1.3.0 publish --skip-duplicate --packagePath", where: "Open VSX" },
  {
    token: "VSCE_PAT",
    command: "npx --no-install vsce publish --skip-duplicate --packagePath",
    where: "Visual Studio Marketplace",
  },
];
