// Makes command lines, has those that a policy against one program allows run by bash, and prints
// every one that ran this program all the same; exits with 1 if there is one.
//
//   node --conditions=@heddle/source scripts/policy-fuzz.ts [--count 20000] [--seed 1] [--json]
import { parseArgs } from "node:util";
import { randomBy } from "../packages/daemon/src/os/random.test.support.ts";
import { fuzz } from "../test/support/policy-fuzz/campaign.ts";

const { values: options } = parseArgs({
  options: {
    count: { type: "string", default: "20000" },
    seed: { type: "string", default: "1" },
    json: { type: "boolean", default: false },
  },
});

const batch = 2000;
const random = randomBy(Number(options.seed));
const total = { seed: Number(options.seed), lines: 0, allowed: 0, bypasses: [] as string[] };
while (total.lines < Number(options.count)) {
  const result = await fuzz(Math.min(batch, Number(options.count) - total.lines), random);
  total.lines += result.lines;
  total.allowed += result.allowed;
  total.bypasses.push(...result.bypasses);
  for (const line of result.bypasses) if (!options.json) console.log(JSON.stringify(line));
}
const { lines, allowed, bypasses } = total;
const summary = `${lines} lines, ${allowed} allowed and run, ${bypasses.length} ran the marker`;
console.log(options.json ? JSON.stringify(total, null, 2) : summary);
process.exit(bypasses.length > 0 ? 1 : 0);
