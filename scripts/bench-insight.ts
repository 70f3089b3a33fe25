// Measures the code index on real sources, and prints one JSON document.
//
//   npm run build
//   node --conditions=@heddle/source scripts/bench-insight.ts [--files 10000] [--folder F] [--peers]
//     [--accuracy SOURCES]…
//
// The sources are npm packages, unpacked into the folder (a temporary one by default; one that is
// named is kept and used again). --peers runs madge and dependency-cruiser on the same tree. --accuracy
// holds what is found in a folder of sources against what parsers find there (scripts/insight). Times
// are milliseconds, memory is MB (1e6 bytes). The index is measured as it is published, in a bundle.
// The floor is one thread that reads all sources and counts their words; on a machine that others use
// as well trust the ratios to it, and those of CPU first.
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { execa } from "execa";
import { ProjectIndex } from "../packages/daemon/src/insight/project-index.ts";
import { openIndexStore } from "../packages/daemon/src/store/index-store.ts";
import { measureFolders } from "./insight/accuracy.ts";
import { compareWithOxc } from "./insight/agreement.ts";
import { buildMeasure } from "./insight/build-measure.ts";
import { makeCorpus } from "./insight/corpus.ts";
import { measureAnalyze } from "./insight/measure-analyze.ts";
import { measurePeers } from "./insight/peers.ts";

const { values: options } = parseArgs({
  options: {
    files: { type: "string", default: "10000" },
    folder: { type: "string" },
    peers: { type: "boolean", default: false },
    accuracy: { type: "string", multiple: true, default: [] },
  },
});

const folder = options.folder
  ? resolve(options.folder)
  : mkdtempSync(join(tmpdir(), "heddle-bench-insight-"));
try {
  mkdirSync(folder, { recursive: true });
  console.log(JSON.stringify(await measureAll(), null, 2));
} finally {
  if (!options.folder) rmSync(folder, { recursive: true, force: true });
}

async function measureAll() {
  const corpus = await makeCorpus(folder, Number(options.files));
  const { stdout } = await execa("node", [await buildMeasure(), corpus.root]);
  return {
    corpus: { files: corpus.files, megabytes: Math.round(corpus.bytes / 1e5) / 10 },
    index: JSON.parse(stdout),
    analyze: await measureAnalyze(corpus.root),
    resolution: await measureResolution(corpus.root),
    ...(options.accuracy.length > 0 && {
      accuracy: await measureFolders(options.accuracy, 0),
    }),
    ...(options.peers && { peers: await measurePeers(folder, corpus.root) }),
  };
}

async function measureResolution(root: string) {
  using index = new ProjectIndex(openIndexStore(":memory:", "bench"));
  await index.refresh({ root });
  return compareWithOxc(index.indexOf(root));
}
