// Kills the daemon with SIGKILL at random points of whole tasks, starts it again and counts what
// became of every effect. Prints one JSON document; exits with 1 if a promise was broken.
//
//   node --conditions=@heddle/source scripts/crash.ts [--count 200] [--seed 1]
import { parseArgs } from "node:util";
import { killCampaign } from "../test/support/kills.ts";

const { values: options } = parseArgs({
  options: {
    count: { type: "string", default: "200" },
    seed: { type: "string", default: "1" },
  },
});

const report = await killCampaign(Number(options.count), Number(options.seed), {
  progress: (kills, { lost, doubled, orphans, stuck }) => {
    const faults = lost.length + doubled.length + orphans.length + stuck.length;
    if (process.stderr.isTTY) process.stderr.write(`\r${kills} kills, ${faults} broken promises `);
  },
});
console.log(JSON.stringify({ uid: process.getuid?.(), ...report }, null, 2));
const { lost, doubled, orphans, stuck } = report;
process.exit(lost.length + doubled.length + orphans.length + stuck.length > 0 ? 1 : 0);
