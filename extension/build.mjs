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

/** Each file that imports the editor's API would copy its hundreds of names at the start of every window: they inherit them. */
const inheritEditor = {
  name: "inherit-editor",
  setup({ onResolve, onLoad }) {
    const namespace = "editor";
    onResolve({ filter: /^vscode$/ }, ({ namespace: from, path }) =>
      from === namespace ? { path, external: true } : { path, namespace },
    );
    onLoad({ filter: /^vscode$/, namespace }, () => ({
      contents: 'module.exports = Object.create(require("vscode"));',
    }));
  },
};

await mkdir(dist, { recursive: true });
const bundles = await Promise.all([
  esbuild.build({
    ...common,
    // The second is loaded when it is needed.
    entryPoints: { main: "src/main.ts", continueConfig: "src/server/continueConfig.ts" },
    outdir: dist,
    platform: "node",
    format: "cjs",
    target: "node20",
    external: ["./continueConfig.js"],
    plugins: [inheritEditor],
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
