import { type CronFields, parseCron } from "../../../os/cron.ts";
import { changeBetween, momentOf, offsetAt, type WallMs, wallAt } from "../../../os/zone.ts";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
/** From one 29th of February to the next there are at most eight years. */
const searchedDays = 8 * 366 + 1;

const parsed = new Map<string, CronFields>();

/** The fields of an expression, read once. */
export function fieldsOf(cron: string): CronFields {
  const known = parsed.get(cron);
  if (known) return known;
  const fields = parseCron(cron);
  parsed.set(cron, fields);
  return fields;
}

/**
 * The first slot of a schedule after a moment, in a zone. Days of the month and of the week both
 * count where both are set. A time that the clocks skip comes as much later as they were put
 * forward; a time that they show twice comes once, but every hour also in the hour that is repeated.
 */
export function nextAfter(cron: string, from: number, zone: string): number | undefined {
  const fields = fieldsOf(cron);
  const usual = nextByWall(fields, from, zone);
  const made = madeUp(fields, { from, usual, zone });
  if (made !== undefined || !fields.open.hours) return made ?? usual;
  return repeated(fields, { from, usual, zone }) ?? usual;
}

function nextByWall(fields: CronFields, from: number, zone: string): number | undefined {
  for (let wall = wallAt(from, zone); ; ) {
    const next = nextWall(fields, wall);
    if (next === undefined) return undefined;
    const moment = momentOf(next, zone);
    // In the second pass of a repeated hour the first one lies behind.
    if (moment > from) return moment;
    wall = next;
  }
}

/** The first match after `wall` on a clock that is never changed. */
function nextWall(fields: CronFields, wall: WallMs): WallMs | undefined {
  const start = Math.floor(wall / minuteMs) * minuteMs + minuteMs;
  const firstDay = Math.floor(start / dayMs) * dayMs;
  for (let count = 0; count < searchedDays; count += 1) {
    const day = firstDay + count * dayMs;
    if (!matchesDay(fields, new Date(day))) continue;
    const time = timeFrom(fields, Math.max(0, start - day));
    if (time !== undefined) return day + time;
  }
  return undefined;
}

function matchesDay({ days, months, weekdays, open }: CronFields, day: Date): boolean {
  if (!months.includes(day.getUTCMonth() + 1)) return false;
  const inMonth = days.includes(day.getUTCDate());
  const inWeek = weekdays.includes(day.getUTCDay());
  return open.days || open.weekdays ? inMonth && inWeek : inMonth || inWeek;
}

/** The first time of a day that is not before `ms`. */
function timeFrom({ hours, minutes }: CronFields, ms: number): number | undefined {
  for (const hour of hours) {
    if ((hour + 1) * hourMs <= ms) continue;
    const minute = minutes.find((each) => hour * hourMs + each * minuteMs >= ms);
    if (minute !== undefined) return hour * hourMs + minute * minuteMs;
  }
  return undefined;
}

interface Around {
  readonly from: number;
  readonly usual: number | undefined;
  readonly zone: string;
}

/** Of several times that the clocks skip, each comes later: one that is still to come, if any. */
function madeUp(fields: CronFields, { from, usual, zone }: Around): number | undefined {
  const [low, high] = [from - 3 * hourMs, Math.min(usual ?? Infinity, from + dayMs)];
  const before = offsetAt(low, zone);
  if (offsetAt(high, zone) <= before) return undefined;
  const change = changeBetween(low, high, zone);
  const skippedFrom = change + before;
  const next = nextWall(fields, Math.max(from + before, skippedFrom - minuteMs));
  const isSkipped = next !== undefined && next < wallAt(change, zone);
  return isSkipped ? next - before : undefined;
}

/** The first match in the second pass of a repeated hour, if that is what comes next. */
function repeated(fields: CronFields, { from, usual, zone }: Around): number | undefined {
  const [low, high] = [from - 3 * hourMs, Math.min(usual ?? Infinity, from + dayMs)];
  const back = offsetAt(low, zone) - offsetAt(high, zone);
  if (back <= 0) return undefined;
  const change = changeBetween(low, high, zone);
  const first = Math.max(change, Math.floor(from / minuteMs) * minuteMs + minuteMs);
  for (let at = first; at < Math.min(change + back, high); at += minuteMs) {
    const wall = wallAt(at, zone);
    const time = ((wall % dayMs) + dayMs) % dayMs;
    if (matchesDay(fields, new Date(wall)) && timeFrom(fields, time) === time) return at;
  }
  return undefined;
}

/** The next slots after a moment; fewer where the schedule ends. */
export function nextSlots(cron: string, from: number, zone: string, count: number): number[] {
  const slots: number[] = [];
  for (let at: number | undefined = from; slots.length < count; ) {
    at = nextAfter(cron, at, zone);
    if (at === undefined) break;
    slots.push(at);
  }
  return slots;
}
