import { momentOf, offsetAt, wallAt } from "../../../os/zone.ts";
import { fieldsOf, nextAfter } from "./next-after.ts";

const dayMs = 86_400_000;
const minuteMs = 60_000;
const lookAheadDays = 370;

/** What may surprise whoever adds a schedule. */
export function warningsOf({ cron, zone }: { cron: string; zone: string }, now: number): string[] {
  const { open } = fieldsOf(cron);
  const both = open.days || open.weekdays;
  const days = both
    ? []
    : ["a day of the month and a day of the week are both set: it comes on either"];
  return [...days, ...(open.hours ? [] : changesOfClocks(cron, zone, now))];
}

/** The slots of the next year that a change of the clocks moves. */
function changesOfClocks(cron: string, zone: string, now: number): string[] {
  const warnings: string[] = [];
  for (let day = now; day < now + lookAheadDays * dayMs; day += dayMs) {
    const by = offsetAt(day + dayMs, zone) - offsetAt(day, zone);
    if (by === 0) continue;
    const slot = nextAfter(cron, day, zone);
    if (slot === undefined || slot > day + dayMs) continue;
    const warning = by > 0 ? skipped(slot, by, zone) : repeated(slot, by, zone);
    if (warning) warnings.push(warning);
  }
  return warnings;
}

/** Whether the clocks never show the time that the slot is for. */
function skipped(slot: number, by: number, zone: string): string | undefined {
  const meant = wallAt(slot, zone) - by;
  if (momentOf(meant, zone) !== slot) return undefined;
  return `on ${dateOf(slot, zone)} the clocks skip its time: it comes ${by / minuteMs} minutes later`;
}

function repeated(slot: number, by: number, zone: string): string | undefined {
  if (wallAt(slot - by, zone) !== wallAt(slot, zone)) return undefined;
  return `on ${dateOf(slot, zone)} the clocks show its time twice: it comes the first time`;
}

function dateOf(at: number, zone: string): string {
  return new Date(wallAt(at, zone)).toISOString().slice(0, 10);
}
