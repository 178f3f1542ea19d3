// Bundles the extension into dist/: the host side, the chat page, and the native addon beside them; bundled.json, which
// ships with nothing, names the packages whose code is in them. Type checking is `npm run typecheck`; packing is package.mjs.
import { copyFile, mkdir, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import esbuild from "esbuild";
import { packagesOf } from "../scripts/release/shipped.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const dist = join(here, "dist");
const addon = join(here, "..", "native", "codesaga.node");
const production = process.argv.includes("--production");
const withoutAddon = process.argv.includes("--without-addon");

const common = {
  absWorkingDir: here,
  bundle: true,
  sourcemap: production ? false : "linked",
  minify: production,
  metafile: true,
  logLevel: "warning",
};

await mkdir(dist, { recursive: true });
const bundles = await Promise.all([
  esbuild.build({
    ...common,
    entryPoints: { main: "src/main.ts" },
    outdir: dist,
    platform: "node",
    format: "cjs",
    target: "node20",
    external: ["vscode"],
  }),
  esbuild.build({
    ...common,
    entryPoints: { chat: "src/chat/page.ts", colours: "src/chat/colours/main.ts" },
    outdir: dist,
    platform: "browser",
    format: "iife",
    target: "chrome124",
    jsx: "automatic",
    jsxImportSource: "preact",
    loader: { ".ttf": "file" },
    assetNames: "[name]",
  }),
]);
const inputs = bundles.flatMap(({ metafile }) => Object.keys(metafile.inputs));
await writeFile(join(dist, "bundled.json"), `${JSON.stringify(packagesOf(inputs, here), undefined, 2)}\n`);

if (!withoutAddon) {
  if (!(await stat(addon).catch(() => undefined))) {
    console.error("native/codesaga.node is missing: run `npm run build -w native` first, or pass --without-addon.");
    process.exit(1);
  }
  // A running editor may have the old file mapped: a new file, never the same one overwritten.
  await rm(join(dist, "codesaga.node"), { force: true });
  await copyFile(addon, join(dist, "codesaga.node"));
}
