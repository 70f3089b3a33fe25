import type { Anchor } from "@heddle/protocol";
import { align, hasWords, shiftsOf } from "./alignment.ts";

/** Lines of a text, counted from 1. */
export interface Place {
  readonly start: number;
  readonly end: number;
}

/** What of an anchor is at one place of a text. Lines without a word are not counted. */
export interface Sight {
  /** Where its lines are, or would be. */
  readonly place: Place;
  /** From the first to the last line that is there, with those around its own. */
  readonly span: Place;
  readonly weight: number;
  /** Whether some of the lines themselves are there. */
  readonly isThere: boolean;
  readonly isWhole: boolean;
  readonly lines: Count;
  readonly around: Count;
}

interface Count {
  readonly known: number;
  readonly of: number;
}

interface Found {
  readonly line: string;
  /** Where it is now, counted from 0. */
  readonly at: number | undefined;
}

/** So many places are looked at closely: those with most in common, and the nearest. */
const looks = 16;

/** The places of a text that have something of an anchor. */
export function sightsOf(anchor: Anchor, text: readonly string[], near: number): Sight[] {
  const wanted = [...anchor.before, ...anchor.lines, ...anchor.after];
  const was = near - 1 - anchor.before.length;
  const shifts = [...shiftsOf(wanted, text)].toSorted(([a], [b]) => {
    return Math.abs(a - was) - Math.abs(b - was);
  });
  const most = Math.max(...shifts.map(([, count]) => count));
  const chosen = new Map([
    ...shifts.toSorted(([, a], [, b]) => b - a).slice(0, looks),
    ...shifts.filter(([, count]) => 2 * count >= most).slice(0, looks),
  ]);
  return [...chosen.keys()].map((start) => sightAt(anchor, text, start));
}

function sightAt({ before, lines, after }: Anchor, text: readonly string[], start: number): Sight {
  const wanted = [...before, ...lines, ...after];
  const slack = before.length + lines.length;
  const from = Math.max(0, start - slack);
  const { at, weight } = align(wanted, text.slice(from, start + wanted.length + slack));
  const found = wanted.map((line, index) => ({ line, at: shifted(at[index], from) }));
  const [first, last] = [before.length, before.length + lines.length];
  const own = found.slice(first, last);
  const sides = [found.slice(0, first), found.slice(last)] as const;
  const counted = count(own);
  return {
    place: placeBetween(own, sides, text.length),
    span: { start: 1 + (placesOf(found)[0] ?? 0), end: 1 + (placesOf(found).at(-1) ?? 0) },
    weight,
    isThere: counted.of > 0 ? counted.known > 0 : placesOf(own).length === own.length,
    isWhole: placesOf(found).length === found.length,
    lines: counted,
    around: count(sides.flat()),
  };
}

/**
 * From the first line that is there to the last, with as many changed ones as there is room for.
 */
function placeBetween(
  own: readonly Found[],
  [before, after]: readonly [readonly Found[], readonly Found[]],
  length: number,
): Place {
  const above = (placesOf(before).at(-1) ?? -1) + 1;
  const below = placesOf(after)[0] ?? length;
  const [first, last] = [own.findIndex(isFound), own.findLastIndex(isFound)];
  const start = Math.max(above, (own[first]?.at ?? above) - Math.max(0, first));
  const end = Math.min(below, (own[last]?.at ?? above) + own.length - Math.max(0, last));
  return { start: start + 1, end };
}

function count(found: readonly Found[]): Count {
  const worded = found.filter(({ line }) => hasWords(line));
  return { known: placesOf(worded).length, of: worded.length };
}

function placesOf(found: readonly Found[]): number[] {
  return found.flatMap(({ at }) => at ?? []);
}

function isFound({ at }: Found): boolean {
  return at !== undefined;
}

function shifted(at: number | undefined, by: number): number | undefined {
  return at === undefined ? undefined : at + by;
}
