import { rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { bundleOptions } from "../bundle-options.ts";

/** Bundles the measuring program as what is published is bundled, and says where it is. */
export async function buildMeasure(): Promise<string> {
  const root = fileURLToPath(new URL("../../packages/daemon/", import.meta.url));
  const outdir = `${root}dist/bench-insight`;
  await rm(outdir, { recursive: true, force: true });
  await build({
    ...bundleOptions,
    entryPoints: [
      { out: "measure-index", in: fileURLToPath(new URL("measure-index.ts", import.meta.url)) },
      { out: "index-worker", in: `${root}src/insight/index-worker.ts` },
      { out: "lex-worker", in: `${root}src/insight/lex-worker.ts` },
    ],
    outdir,
  });
  return `${outdir}/measure-index.js`;
}
