// Bundles each test file and hands it to `node --test`; an argument chooses files by a part of their
// name. The editor itself is outside: what needs it is tested end to end; see vscode.ts.
import { spawnSync } from "node:child_process";
import { mkdir, readdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import esbuild from "esbuild";
import { findBrowser } from "../../scripts/lib/browser.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const outdir = join(here, "..", "dist", "test");
const [chosen = ""] = process.argv.slice(2);
const names = (await readdir(here, { recursive: true })).filter(
  (name) => /\.test\.tsx?$/.test(name) && name.includes(chosen),
);

await rm(outdir, { recursive: true, force: true });
await mkdir(outdir, { recursive: true });
await esbuild.build({
  entryPoints: names.map((name) => join(here, name)),
  outdir,
  outbase: here,
  outExtension: { ".js": ".mjs" },
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node20",
  sourcemap: "inline",
  jsx: "automatic",
  jsxImportSource: "preact",
  // Packages that ask for parts of Node by `require` stay as they are.
  external: ["playwright-core", "yaml"],
  alias: { vscode: join(here, "vscode.ts") },
  loader: { ".css": "empty" },
  logOverride: { "import-is-undefined": "silent" },
  logLevel: "warning",
});
const files = names.map((name) => join(outdir, name.replace(/\.tsx?$/, ".mjs")));
const { status } = spawnSync(process.execPath, ["--enable-source-maps", "--test", ...files], {
  stdio: "inherit",
  cwd: join(here, ".."),
  env: { ...process.env, CODESAGA_BROWSER: findBrowser() ?? "" },
});
process.exit(status ?? 1);
