// Bundles the programs: one chunk for each lazy import, in the package's dist/bundle.
import { rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { bundleOptions } from "./bundle-options.ts";

await bundle("cli", { heddle: "src/main.ts" }, ["@heddle/daemon", "@heddle/tray"]);
await bundle("tray", { main: "src/main.ts" });
await bundle("daemon", {
  main: "src/main.ts",
  "scripted-model": "src/scripted-model/main.ts",
  "store-worker": "src/store/store-worker.ts",
  "index-worker": "src/insight/index-worker.ts",
  "lex-worker": "src/insight/lex-worker.ts",
});

async function bundle(
  name: string,
  entries: Record<string, string>,
  alsoExternal: string[] = [],
): Promise<void> {
  const root = fileURLToPath(new URL(`../packages/${name}/`, import.meta.url));
  const outdir = `${root}dist/bundle`;
  await rm(outdir, { recursive: true, force: true });
  await build({
    ...bundleOptions,
    entryPoints: Object.entries(entries).map(([out, file]) => ({ out, in: root + file })),
    outdir,
    external: [...bundleOptions.external, ...alsoExternal],
  });
}
