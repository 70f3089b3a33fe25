// Breaks what can break, so often, and counts what became of the promises. Prints a line per fault
// and one JSON document with --json; exits with 1 if a promise was broken.
//
//   node --conditions=@heddle/source scripts/faults.ts [--only NAME] [--count N] [--seed 1] [--json]
import { parseArgs } from "node:util";
import { randomBy } from "../packages/daemon/src/os/random.test.support.ts";
import type { FaultResult } from "../test/support/faults/fault.ts";
import { faults } from "../test/support/faults/index.ts";

const { values: options } = parseArgs({
  options: {
    only: { type: "string" },
    count: { type: "string" },
    seed: { type: "string", default: "1" },
    json: { type: "boolean", default: false },
  },
});

interface Outcome extends FaultResult {
  readonly fault: string;
  readonly promise: string;
  readonly count: number;
}

const outcomes: Outcome[] = [];
for (const { name, promise, count: whole, run } of faults) {
  if (options.only !== undefined && !name.includes(options.only)) continue;
  const count = Number(options.count ?? whole);
  const result = await run({ count, random: randomBy(Number(options.seed)) });
  outcomes.push({ fault: name, promise, count, ...result });
  if (!options.json) report(name, result);
}
const failed = outcomes.filter(({ broken }) => broken.length > 0).length;
const summary = { uid: process.getuid?.(), seed: Number(options.seed), failed };
if (options.json) console.log(JSON.stringify({ ...summary, outcomes }, null, 2));
else console.log(`${outcomes.length - failed} of ${outcomes.length} faults survived`);
process.exit(failed > 0 || outcomes.length === 0 ? 1 : 0);

function report(name: string, { figures, broken }: FaultResult): void {
  const counted = Object.entries(figures).map(([what, figure]) => `${figure} ${what}`);
  console.log(`${broken.length === 0 ? "survived" : "BROKEN"}  ${name}: ${counted.join(", ")}`);
  for (const line of broken) console.log(`  ${line}`);
}
