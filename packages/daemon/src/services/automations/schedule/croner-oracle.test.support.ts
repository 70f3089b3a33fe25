import { Cron } from "croner";
import { randomBy } from "../../../os/random.test.support.ts";
import { changeBetween, offsetAt } from "../../../os/zone.ts";
import { walkTo } from "./minute-walk.test.support.ts";
import { nextAfter } from "./next-after.ts";

const dayMs = 86_400_000;

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
  /** Where croner differs and a walk through the minutes says that it errs, by how it errs. */
  readonly cronerErrs: {
    /** Its answer is not after the moment that it was asked about. */
    readonly notAfter: number;
    /** It leaves out a slot, which the clocks show before its answer. */
    readonly leftOut: number;
    /** Its answer is no slot: the clocks show something else. */
    readonly noSlot: number;
  };
  /** Cases that were walked although both agreed. */
  readonly walked: number;
  readonly different: string[];
}

/** Each of so many cases is walked, too; further than this a walk takes too long. */
const walkedEach = 100;
const walkedMs = 4 * dayMs;

/** Asks both for the next slot of random schedules at random moments; a walk decides who is right. */
export function compareWithCroner(cases: number, seed: number): Agreement {
  const random = randomBy(seed);
  const different: string[] = [];
  const cronerErrs = { notAfter: 0, leftOut: 0, noSlot: 0 };
  let [equal, walked] = [0, 0];
  for (let at = 0; at < cases; at += 1) {
    const cron = randomCron(random);
    const zone = zones[Math.floor(random() * zones.length)] ?? "UTC";
    const from = randomMoment(random, zone);
    const ours = nextAfter(cron, from, zone);
    const theirs = new Cron(cron, { timezone: zone, paused: true }).nextRun(new Date(from));
    const agree = ours === theirs?.getTime();
    const isNear = ours !== undefined && ours - from < walkedMs;
    if (agree) equal += 1;
    if (agree && (at % walkedEach > 0 || !isNear)) continue;
    if (walkTo(cron, from, zone) !== ours) {
      different.push(`${cron} from ${new Date(from).toISOString()} in ${zone}: ${ours}`);
    } else if (agree) walked += 1;
    else cronerErrs[howErred(theirs?.getTime() ?? Infinity, { from, ours })] += 1;
  }
  return { cases, equal, cronerErrs, walked, different };
}

function howErred(
  theirs: number,
  { from, ours = Infinity }: { from: number; ours: number | undefined },
): keyof Agreement["cronerErrs"] {
  if (theirs <= from) return "notAfter";
  return theirs > ours ? "leftOut" : "noSlot";
}

/** A moment of ten years; every fourth one is close to a change of the clocks, if there is one. */
function randomMoment(random: () => number, zone: string): number {
  const any = 1_577_836_800_000 + Math.floor(random() * 10 * 365 * 86_400) * 1000;
  const later = any + 182 * dayMs;
  if (random() > 0.25 || offsetAt(any, zone) === offsetAt(later, zone)) return any;
  return changeBetween(any, later, zone) + Math.floor((random() * 2 - 1.5) * 86_400) * 1000;
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
