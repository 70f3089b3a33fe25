// Bundles the command line into packages/cli/dist/bundle, one chunk for each lazy import.
import { rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const cli = fileURLToPath(new URL("../packages/cli/", import.meta.url));
const outdir = `${cli}dist/bundle`;

await rm(outdir, { recursive: true, force: true });
await build({
  entryPoints: { heddle: `${cli}src/main.ts` },
  outdir,
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node24.12",
  conditions: ["@heddle/source"],
  // The daemon is a process of its own, found at run time; the others are ws's optional natives.
  external: ["@heddle/daemon", "bufferutil", "utf-8-validate"],
  // ws is CommonJS and requires Node's own modules.
  banner: {
    js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
  },
  chunkNames: "chunk-[hash]",
  legalComments: "linked",
  minifySyntax: true,
  minifyWhitespace: true,
  logLevel: "warning",
});
