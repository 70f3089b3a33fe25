// Patches real files with their authors' own changes, written as models write patches, and counts
// how often the result is right, wrong or refused, beside the usual matcher. Prints a table, or one
// JSON document with --json; exits with 1 if too many results are wrong.
//
//   node --conditions=@heddle/source scripts/patch-fuzz.ts [--count 3000] [--seed 1]
//     [--repo PATH…] [--pairs OLD NEW] [--no-packages] [--show MUTATION] [--json]
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import {
  type MutationName,
  mutations,
  seededRandom,
} from "../packages/daemon/src/agent/patch/mutations.test.data.ts";
import { changesOf, type SourcedChange } from "./patch-fuzz/changes.ts";
import { packagePairs } from "./patch-fuzz/packages.ts";
import { broken, printTable } from "./patch-fuzz/report.ts";
import { directoryPairs, historyPairs } from "./patch-fuzz/sources.ts";
import { measureRow, type Row } from "./patch-fuzz/table.ts";

const { values: options, positionals } = parseArgs({
  options: {
    count: { type: "string", default: "3000" },
    seed: { type: "string", default: "1" },
    repo: {
      type: "string",
      multiple: true,
      default: [fileURLToPath(new URL("..", import.meta.url))],
    },
    pairs: { type: "string" },
    packages: { type: "boolean", default: true },
    show: { type: "string" },
    json: { type: "boolean", default: false },
  },
  allowPositionals: true,
  allowNegative: true,
});
const [newer] = positionals;
if ((options.pairs === undefined) !== (newer === undefined)) {
  throw new Error("--pairs takes two directories: the older version and the newer one");
}

const seed = Number(options.seed);
const pairs = [
  ...options.repo.flatMap(historyPairs),
  ...(options.pairs && newer ? directoryPairs("pairs", options.pairs, newer) : []),
  ...(options.packages ? packagePairs() : []),
];
const changes = changesOf(pairs, seededRandom(seed));
const rows: Row[] = [];
for (const mutation of Object.keys(mutations) as MutationName[]) {
  rows.push(await measureRow(mutation, changes, Number(options.count), seed));
}
const sources = countBy(changes.slice(0, Number(options.count)));
if (options.json) {
  console.log(JSON.stringify({ seed, hunks: changes.length, sources, rows }, null, 2));
} else {
  console.log(`${changes.length} hunks; of the first ${options.count}: ${JSON.stringify(sources)}`);
  printTable(rows);
  for (const { patch } of rows.find((row) => row.mutation === options.show)?.wrong ?? []) {
    console.log(patch);
  }
}
process.exit(broken(rows).length > 0 ? 1 : 0);

function countBy(some: readonly SourcedChange[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { source } of some) counts[source] = (counts[source] ?? 0) + 1;
  return counts;
}
