/**
 * Lives through a year with a clock of its own: sleeps, kills, changes of clocks. Prints what became
 * of every slot: `--seed S --days N`, and `--json`.
 */
import { parseArgs } from "node:util";
import { simulateYear } from "../packages/daemon/src/services/automations/year.test.support.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    days: { type: "string", default: "365" },
    json: { type: "boolean", default: false },
  },
});
const year = await simulateYear({ seed: Number(values.seed), days: Number(values.days) });
if (values.json) console.log(JSON.stringify(year));
else {
  console.log(
    `${year.days} days, seed ${year.seed}: ${year.sleeps} sleeps, ${year.kills} kills between claim and start, ${year.turns} times the clock was turned back`,
  );
  console.table(Object.fromEntries(year.rows.map(({ name, ...row }) => [name, row])));
  for (const fault of year.faults) console.log(fault);
}
const wrong = year.rows.some(({ doubled, lost, unlike }) => doubled + lost + unlike !== 0);
process.exitCode = wrong || year.faults.length > 0 ? 1 : 0;
