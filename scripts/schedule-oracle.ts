/** Compares 100,000 random schedules with croner: `--cases N --seed S`. Prints JSON. */
import { parseArgs } from "node:util";
import { compareWithCroner } from "../packages/daemon/src/services/automations/schedule/croner-oracle.test.support.ts";

const { values } = parseArgs({
  options: {
    cases: { type: "string", default: "100000" },
    seed: { type: "string", default: "1" },
  },
});
const startedAt = performance.now();
const result = compareWithCroner(Number(values.cases), Number(values.seed));
const seconds = Math.round((performance.now() - startedAt) / 100) / 10;
console.log(JSON.stringify({ ...result, different: result.different.slice(0, 20), seconds }));
process.exitCode = result.different.length === 0 ? 0 : 1;
