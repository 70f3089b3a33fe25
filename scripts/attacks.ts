// Attacks a real daemon in every way that is known, with a model that obeys the attacker. Prints a
// line per attack and one JSON document with --json; exits with 1 if one was not withstood.
//
//   node --conditions=@heddle/source scripts/attacks.ts [--group box] [--only NAME] [--json]
import { parseArgs } from "node:util";
import { type Attack, Ground } from "../test/support/attacks/attack.ts";
import { attackGroups } from "../test/support/attacks/index.ts";

const { values: options } = parseArgs({
  options: {
    group: { type: "string" },
    only: { type: "string", default: "" },
    json: { type: "boolean", default: false },
  },
});

interface Outcome {
  readonly group: string;
  readonly attack: string;
  readonly withstood: boolean;
  readonly detail: string;
}

const outcomes: Outcome[] = [];
for (const { name: group, attacks } of attackGroups) {
  if (options.group !== undefined && options.group !== group) continue;
  await using ground = new Ground();
  for (const attack of attacks.filter(({ name }) => name.includes(options.only))) {
    const outcome = { group, attack: attack.name, ...(await attempt(attack, ground)) };
    outcomes.push(outcome);
    const verdict = outcome.withstood ? "withstood" : "NOT WITHSTOOD";
    if (!options.json) console.log(`${verdict}  ${group}: ${attack.name} (${outcome.detail})`);
  }
}
const failed = outcomes.filter(({ withstood }) => !withstood).length;
const summary = { uid: process.getuid?.(), attacks: outcomes.length, failed };
console.log(options.json ? JSON.stringify({ ...summary, outcomes }, null, 2) : summaryLine());
process.exit(failed > 0 || outcomes.length === 0 ? 1 : 0);

async function attempt(
  { run }: Attack,
  ground: Ground,
): Promise<{ withstood: boolean; detail: string }> {
  try {
    return { withstood: true, detail: await run(ground) };
  } catch (error) {
    return { withstood: false, detail: error instanceof Error ? error.message : String(error) };
  }
}

function summaryLine(): string {
  return `${outcomes.length - failed} of ${outcomes.length} attacks withstood, as uid ${summary.uid}`;
}
