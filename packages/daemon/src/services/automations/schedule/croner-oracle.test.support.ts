import { Cron } from "croner";
import { randomBy } from "../../../os/random.test.support.ts";
import { changeBetween, offsetAt, wallAt } from "../../../os/zone.ts";
import { fieldsOf, nextAfter } from "./next-after.ts";

export const zones = [
  "America/New_York",
  "America/Sao_Paulo",
  "Europe/Berlin",
  "Europe/London",
  "Africa/Cairo",
  "Asia/Kolkata",
  "Asia/Tokyo",
  "Australia/Sydney",
  "Pacific/Auckland",
  "UTC",
];

export interface Agreement {
  readonly cases: number;
  readonly equal: number;
  /** Answers about an hour that the clocks repeat, which croner leaves out or answers with the past. */
  readonly repeatedHour: number;
  /** Answers in the first days of a month, which croner leaves out after a month of fewer than 31. */
  readonly shortMonth: number;
  readonly different: string[];
}

/** Asks both for the next slot of random schedules at random moments. */
export function compareWithCroner(cases: number, seed: number): Agreement {
  const random = randomBy(seed);
  const different: string[] = [];
  let [equal, repeatedHour, shortMonth] = [0, 0, 0];
  for (let at = 0; at < cases; at += 1) {
    const cron = randomCron(random);
    const zone = zones[Math.floor(random() * zones.length)] ?? "UTC";
    const from = randomMoment(random, zone);
    const ours = nextAfter(cron, from, zone);
    const theirs = new Cron(cron, { timezone: zone, paused: true }).nextRun(new Date(from));
    if (ours === theirs?.getTime()) equal += 1;
    else if (isRepeatedHour(cron, from, theirs?.getTime() ?? from, zone)) repeatedHour += 1;
    else if (isShortMonth(ours, theirs?.getTime(), zone)) shortMonth += 1;
    else different.push(`${cron} from ${new Date(from).toISOString()} in ${zone}: ${ours}`);
  }
  return { cases, equal, repeatedHour, shortMonth, different };
}

const dayMs = 86_400_000;

/** A moment of ten years; every fourth one is close to a change of the clocks, if there is one. */
function randomMoment(random: () => number, zone: string): number {
  const any = 1_577_836_800_000 + Math.floor(random() * 10 * 365 * 86_400) * 1000;
  const later = any + 182 * dayMs;
  if (random() > 0.25 || offsetAt(any, zone) === offsetAt(later, zone)) return any;
  return changeBetween(any, later, zone) + Math.floor((random() * 2 - 1.5) * 86_400) * 1000;
}

/** Whether croner has gone back in time, or has left out a repeated hour of an hourly schedule. */
function isRepeatedHour(cron: string, from: number, theirs: number, zone: string): boolean {
  if (theirs <= from) return true;
  const wentBack = offsetAt(from - dayMs / 8, zone) > offsetAt(theirs, zone);
  return wentBack && fieldsOf(cron).open.hours && theirs - from < dayMs;
}

/** Whether we name a day up to the third of March, or of a month after one of 30 days, before croner. */
function isShortMonth(ours = 0, theirs = Infinity, zone: string): boolean {
  const day = new Date(wallAt(ours, zone));
  const before = new Date(Date.UTC(day.getUTCFullYear(), day.getUTCMonth(), 0)).getUTCDate();
  return ours < theirs && day.getUTCDate() <= 31 - before;
}

function steps(low: number, high: number, step: number): string {
  return low === 1 ? `${low}-${high}/${step}` : `*/${step}`;
}

function randomCron(random: () => number): string {
  const number = (low: number, high: number) => low + Math.floor(random() * (high - low + 1));
  const field = (low: number, high: number, open: number): string => {
    const kind = random();
    if (kind < open) return "*";
    if (kind < open + 0.15) return steps(low, high, number(2, Math.max(2, Math.floor(high / 2))));
    if (kind < open + 0.3) {
      const first = number(low, high);
      return `${first}-${number(first, high)}`;
    }
    const list = Array.from({ length: number(1, 3) }, () => number(low, high));
    return [...new Set(list)].sort((a, b) => a - b).join(",");
  };
  // Of days that some months do not have, croner forgets the first of the next month (`1,31`).
  const day = () => field(1, 28, 0.6);
  return [field(0, 59, 0.1), field(0, 23, 0.2), day(), field(1, 12, 0.7), field(0, 6, 0.6)].join(
    " ",
  );
}
