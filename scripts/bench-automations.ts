// Measures what automations cost, and prints one JSON document.
//
//   node --conditions=@heddle/source scripts/bench-automations.ts [--automations 10000]
//        [--commits 30] [--rapid 200] [--slots 3] [--idle 60]
//
// Times are milliseconds unless their names say otherwise. Slots and wakes are measured on a daemon in
// a process of its own, whose wall clock is turned from outside while its timers go on: a suspend, as
// a process sees it. `missed` names the goals that were not met.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { measureCommits, measureOperations } from "./bench/automation-commits.ts";
import { measureSlots } from "./bench/automation-slots.ts";
import { measureWake } from "./bench/automation-wake.ts";

const { values } = parseArgs({
  options: {
    automations: { type: "string", default: "10000" },
    commits: { type: "string", default: "30" },
    rapid: { type: "string", default: "200" },
    slots: { type: "string", default: "3" },
    idle: { type: "string", default: "60" },
  },
});

const folder = mkdtempSync(join(tmpdir(), "heddle-bench-automations-"));
try {
  const wake = await measureWake(join(folder, "wake.db"), Number(values.automations));
  const operations = await measureOperations();
  const commits = await measureCommits(Number(values.commits), Number(values.rapid));
  const slots = await measureSlots(Number(values.slots), Number(values.idle));
  const missed = Object.entries({
    idleSweep: wake.idleSweepUs <= 10,
    wake: wake.sweepMs <= 5000,
    longestBlock: wake.longestBlockMs <= 50,
    operations: operations.right === operations.kinds,
    commitToRun: commits.commitToRunMs.p95 <= 250,
    finalTip: commits.finalTipSeen,
    afterSlot: slots.afterSlotMs.max <= 5000,
    afterWake: slots.afterWakeMs.max <= 10_000,
  }).flatMap(([goal, met]) => (met ? [] : [goal]));
  console.log(JSON.stringify({ wake, operations, commits, slots, missed }, null, 2));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
