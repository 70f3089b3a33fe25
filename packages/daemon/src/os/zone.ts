import { DaemonError } from "@heddle/protocol";

/** The time on the wall of one zone, as if it were UTC: milliseconds that only compare with others. */
export type WallMs = number;

const formats = new Map<string, Intl.DateTimeFormat>();

/** Throws for a zone that nobody knows. */
function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known) return known;
  try {
    const format = new Intl.DateTimeFormat("en-US", {
      timeZone: zone,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
    formats.set(zone, format);
    return format;
  } catch {
    const message = `there is no time zone ${zone}; name one such as Europe/Berlin`;
    throw new DaemonError("invalidParams", message, { zone });
  }
}

/** What the clocks of a zone show at a moment. */
export function wallAt(at: number, zone: string): WallMs {
  return Math.floor(at / 1000) * 1000 + offsetAt(at, zone);
}

/** Clocks are changed at full quarters of an hour, so that one answer serves all of it. */
const quarterMs = 15 * 60_000;
const remembered = 20_000;
const offsets = new Map<string, Map<number, number>>();

export function offsetAt(at: number, zone: string): number {
  const quarter = Math.floor(at / quarterMs);
  let known = offsets.get(zone);
  if (known === undefined || known.size > remembered) {
    known = new Map();
    offsets.set(zone, known);
  }
  const offset = known.get(quarter);
  if (offset !== undefined) return offset;
  const found = readOffset(quarter * quarterMs, zone);
  known.set(quarter, found);
  return found;
}

function readOffset(at: number, zone: string): number {
  const [month = 0, day = 0, year = 0, hour = 0, minute = 0, second = 0] = formatOf(zone)
    .format(at)
    .split(/\D+/)
    .map(Number);
  return Date.UTC(year, month - 1, day, hour, minute, second) - at;
}

const dayMs = 86_400_000;

/**
 * The first moment at which the clocks show `wall`. Where they skip it, the moment at which they
 * would have shown it without the change.
 */
export function momentOf(wall: WallMs, zone: string): number {
  const [before, after] = [offsetAt(wall - dayMs, zone), offsetAt(wall + dayMs, zone)];
  if (before === after) return wall - before;
  const earlier = wall - Math.max(before, after);
  if (wallAt(earlier, zone) === wall) return earlier;
  const later = wall - Math.min(before, after);
  return wallAt(later, zone) === wall ? later : wall - before;
}

/** The moment in (from, to] at which the clocks were changed from what they showed at `from`. */
export function changeBetween(from: number, to: number, zone: string): number {
  const before = offsetAt(from, zone);
  let [low, high] = [from, to];
  while (high - low > 1000) {
    const middle = Math.floor((low + high) / 2000) * 1000;
    if (middle <= low) break;
    if (offsetAt(middle, zone) === before) low = middle;
    else high = middle;
  }
  return Math.ceil(high / 1000) * 1000;
}
