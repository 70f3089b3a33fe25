const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

/** What a clock on the wall shows in one minute. */
interface Reading {
  readonly month: number;
  readonly day: number;
  readonly weekday: number;
  readonly hour: number;
  readonly minute: number;
}

/** The moments that the walls show as if they were UTC: they only compare with one another. */
type Shown = number;

/**
 * The first slot after a moment, found by looking at the clocks of the zone minute by minute. It knows
 * no offsets and shares no code with `nextAfter`: its parser reads only what the random schedules have.
 */
export function walkTo(cron: string, from: number, zone: string): number | undefined {
  const schedule = new Schedule(cron);
  const wall = wallClock(zone);
  // The day before tells what the clocks have shown already.
  let at = Math.floor(from / minuteMs) * minuteMs - dayMs;
  let latest = wall(at - minuteMs);
  let skipped = { from: 0, until: 0 };
  for (const end = from + 366 * dayMs; at < end; at += minuteMs) {
    const shown = wall(at);
    if (shown > latest + minuteMs) skipped = { from: latest + minuteMs, until: shown };
    const isRepeated = shown <= latest;
    latest = Math.max(latest, shown);
    if (at <= from || (isRepeated && !schedule.everyHour)) continue;
    const meant = shown - (skipped.until - skipped.from);
    const isMadeUpFor = meant >= skipped.from && meant < skipped.until && schedule.fits(meant);
    if (schedule.fits(shown) || isMadeUpFor) return at;
  }
  return undefined;
}

function wallClock(zone: string): (at: number) => Shown {
  const format = new Intl.DateTimeFormat("sv-SE", {
    timeZone: zone,
    dateStyle: "short",
    timeStyle: "short",
  });
  return (at) => Date.parse(`${format.format(at).replace(" ", "T")}Z`);
}

class Schedule {
  readonly everyHour: boolean;
  readonly #minutes: ReadonlySet<number>;
  readonly #hours: ReadonlySet<number>;
  readonly #days: ReadonlySet<number>;
  readonly #months: ReadonlySet<number>;
  readonly #weekdays: ReadonlySet<number>;
  readonly #either: boolean;

  constructor(cron: string) {
    const [minute = "", hour = "", day = "", month = "", weekday = ""] = cron.split(" ");
    this.everyHour = hour.startsWith("*");
    this.#minutes = numbersIn(minute, 0, 59);
    this.#hours = numbersIn(hour, 0, 23);
    this.#days = numbersIn(day, 1, 31);
    this.#months = numbersIn(month, 1, 12);
    this.#weekdays = numbersIn(weekday, 0, 6);
    this.#either = day !== "*" && weekday !== "*";
  }

  fits(shown: Shown): boolean {
    const { month, day, weekday, hour, minute } = readingOf(shown);
    const byDay = this.#days.has(day);
    const byWeekday = this.#weekdays.has(weekday);
    const onDay = this.#either ? byDay || byWeekday : byDay && byWeekday;
    return onDay && this.#months.has(month) && this.#hours.has(hour) && this.#minutes.has(minute);
  }
}

function readingOf(shown: Shown): Reading {
  const date = new Date(shown);
  return {
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    weekday: date.getUTCDay(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
  };
}

/** Lists, ranges and steps of numbers. */
function numbersIn(field: string, low: number, high: number): Set<number> {
  const numbers = new Set<number>();
  for (const part of field.split(",")) {
    const [range = "", step = "1"] = part.split("/");
    const [first = "", last = first] = range === "*" ? [`${low}`, `${high}`] : range.split("-");
    for (let at = Number(first); at <= Number(last); at += Number(step)) numbers.add(at);
  }
  return numbers;
}
