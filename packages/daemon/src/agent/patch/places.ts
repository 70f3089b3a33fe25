import type { FileLines } from "./file-lines.ts";
import { indentationClashes, indentOf, inferReindent } from "./indentation.ts";
import type { Hunk, HunkLine } from "./parse.ts";
import { type Tier, tierKeys, tiers } from "./tiers.ts";

/** Where a hunk may be applied. */
export interface Place {
  readonly tier: Tier;
  /** The first matched line of the file, counted from 0. */
  readonly start: number;
  /** The lines of the hunk, its additions indented as the file is. */
  readonly lines: readonly HunkLine[];
}

/** With more places than these, not all are known, and the hunk must be refused. */
export const mostPlaces = 1000;

/** A hunk with fewer lines of the file is all there, or it tells no place. */
const fewestForStale = 4;

/** All places of the strictest tier that has one, or more than `mostPlaces` of them. */
export function findPlaces(file: FileLines, hunk: Hunk): Place[] {
  const variants = looseVariants(hunk);
  for (const tier of tiers) {
    for (const lines of variants) {
      const places = placesOf(tier, file, lines);
      if (places.length > 0) return places;
    }
  }
  return [];
}

function looseVariants({ lines, looseBlanks }: Hunk): (readonly HunkLine[])[] {
  return Array.from({ length: looseBlanks + 1 }, (_, left) => lines.slice(0, lines.length - left));
}

function placesOf(tier: Tier, file: FileLines, lines: readonly HunkLine[]): Place[] {
  const old = lines.filter((line) => line.kind !== "add");
  if (old.length === 0) return [];
  const starts = findStarts(file, old, tier);
  if (tier !== "indentation" || starts.length > mostPlaces)
    return starts.map((start) => ({ tier, start, lines }));
  return starts.flatMap((start) => {
    const mapped = mapAdditions(file.texts, start, old, lines);
    return mapped ? [{ tier, start, lines: mapped }] : [];
  });
}

function findStarts(file: FileLines, old: readonly HunkLine[], tier: Tier): number[] {
  const wanted = old.map((line) => tierKeys[tier](line.text));
  const mayBeStale = old.map((line) => tier === "staleContext" && line.kind === "context");
  // Deleted lines cannot be stale, and so tell the place as well as context does.
  const mostStale = tier === "staleContext" && old.length >= fewestForStale ? 1 : 0;
  if (tier === "staleContext" && mostStale === 0) return [];
  const keys = file.keys(tier);
  const starts: number[] = [];
  for (const start of startsWorthTrying(file, tier, wanted, mayBeStale, mostStale)) {
    if (start < 0 || start + old.length > keys.length) continue;
    if (matchesAt(keys, start, wanted, mayBeStale, mostStale)) starts.push(start);
    if (starts.length > mostPlaces) break;
  }
  return starts;
}

// One of any `mostStale + 1` lines must be there, and any line that must not be stale: the rarest
// of them leave the fewest places to compare.
function startsWorthTrying(
  file: FileLines,
  tier: Tier,
  wanted: readonly string[],
  mayBeStale: readonly boolean[],
  mostStale: number,
): number[] {
  const anchors = wanted
    .map((key, index) => ({ index, fixed: !mayBeStale[index], at: file.positions(tier, key) }))
    .toSorted((a, b) => a.at.length - b.at.length);
  const fixed = anchors.find((anchor) => anchor.fixed);
  const chosen = fixed ? [fixed] : anchors.slice(0, mostStale + 1);
  const starts = chosen.flatMap(({ index, at }) => at.map((position) => position - index));
  return [...new Set(starts)].sort((a, b) => a - b);
}

function matchesAt(
  keys: readonly string[],
  start: number,
  wanted: readonly string[],
  mayBeStale: readonly boolean[],
  mostStale: number,
): boolean {
  let stale = 0;
  for (let index = 0; index < wanted.length; index += 1) {
    if (keys[start + index] === wanted[index]) continue;
    stale += 1;
    if (!mayBeStale[index] || stale > mostStale) return false;
  }
  return true;
}

function mapAdditions(
  file: readonly string[],
  start: number,
  old: readonly HunkLine[],
  lines: readonly HunkLine[],
): HunkLine[] | undefined {
  const pairs = old.flatMap(({ text }, index) =>
    text.trim() === ""
      ? []
      : [{ patch: indentOf(text), file: indentOf(file[start + index] ?? "") }],
  );
  const reindent = inferReindent(pairs, file);
  if (reindent === undefined) return undefined;
  const mapped: HunkLine[] = [];
  for (const line of lines) {
    const indent = indentOf(line.text);
    // Blanks alone need not be those of a level.
    const kept = line.kind !== "add" || line.text === indent ? indent : undefined;
    const own = line.kind === "add" ? (reindent(indent) ?? kept) : kept;
    if (own === undefined) return undefined;
    mapped.push({ kind: line.kind, text: own + line.text.slice(indent.length) });
  }
  return mapped;
}

/** Whether the additions are indented in a way that neither the file nor its context shows. */
export function additionsClash(file: readonly string[], place: Place): boolean {
  const old = place.lines.filter((line) => line.kind !== "add").map((line) => line.text);
  const added = place.lines.filter((line) => line.kind === "add").map((line) => line.text);
  return indentationClashes(file, old, added);
}
