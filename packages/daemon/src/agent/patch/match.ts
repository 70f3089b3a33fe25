import type { DaemonError } from "@heddle/protocol";
import { FileLines } from "./file-lines.ts";
import { chooseByHeaders } from "./headers.ts";
import { noMatch } from "./mismatch.ts";
import type { Hunk } from "./parse.ts";
import { additionsClash, findPlaces, mostPlaces, type Place } from "./places.ts";
import { refusal } from "./refusal.ts";
import { applySplices, changedRange, removedLines, splicesOf } from "./splice.ts";
import { isSurelyMeant } from "./stale.ts";
import { encodeText, type TextFile } from "./text.ts";

const mostCompared = 16;

/**
 * Finds the one place of each hunk, or throws.
 *
 * A hunk with several places is settled by its headers, by the end of the file, or by the order of
 * the hunks, if that leaves exactly one; places that give the same bytes count as one.
 */
export function placeHunks(path: string, file: TextFile, hunks: readonly Hunk[]): Place[] {
  const lines = new FileLines(file.lines.map((line) => line.text));
  const candidates = hunks.map((hunk) => candidatesOf(path, lines, hunk));
  const places = settle(path, file, candidates);
  refuseOverlap(path, places);
  for (const [index, place] of places.entries()) {
    const hunk = hunks[index];
    if (hunk === undefined) continue;
    if (place.tier === "staleContext" && !isSurelyMeant(lines, place))
      throw noMatch(path, lines, hunk);
    if (additionsClash(lines.texts, place)) throw unclearIndentation(path, hunk);
  }
  return places;
}

interface Candidates {
  readonly hunk: Hunk;
  /** All places that its lines match. */
  readonly found: readonly Place[];
  /** Those that its headers and the end of the file leave. */
  readonly chosen: readonly Place[];
}

function candidatesOf(path: string, file: FileLines, hunk: Hunk): Candidates {
  const appended = appendedPlace(file.texts, hunk);
  const found = appended ? [appended] : findPlaces(file, hunk);
  if (found.length === 0) throw noMatch(path, file, hunk);
  if (found.length > mostPlaces) throw ambiguous(path, hunk, found);
  const atEnd = found.filter((place) => endsAt(place, file.texts.length));
  if (hunk.endOfFile && atEnd.length === 1) return { hunk, found, chosen: atEnd };
  if (hunk.headers.length === 0) return { hunk, found, chosen: found };
  const choice = chooseByHeaders(file, hunk.headers, found);
  if (choice.places.length === 0) throw aboveHeader(path, hunk, found);
  // A stale match whose header is unknown too rests on too little.
  if (!choice.found && found[0]?.tier === "staleContext") throw noMatch(path, file, hunk);
  return { hunk, found, chosen: choice.places };
}

function refuseOverlap(path: string, places: readonly Place[]): void {
  const removedBy = new Map<number, number>();
  for (const [index, place] of places.entries()) {
    for (const line of removedLines(place)) {
      const other = removedBy.get(line);
      if (other !== undefined) {
        throw refusal(`${path}: hunks ${other + 1} and ${index + 1} remove the same line`, {
          path,
        });
      }
      removedBy.set(line, index);
    }
  }
}

// Additions without any context have a place only at the end, or in an empty file.
function appendedPlace(texts: readonly string[], hunk: Hunk): Place | undefined {
  const lines = hunk.lines.slice(0, hunk.lines.length - hunk.looseBlanks);
  if (lines.some((line) => line.kind !== "add")) return undefined;
  if (!hunk.endOfFile && texts.length > 0) return undefined;
  return { tier: "exact", start: texts.length, lines };
}

const endsAt = (place: Place, lineCount: number): boolean =>
  place.start + place.lines.filter((line) => line.kind !== "add").length === lineCount;

function settle(path: string, file: TextFile, candidates: readonly Candidates[]): Place[] {
  // Hunks whose lines stand in one place each need no order: models do write them out of order.
  const only = single(candidates.map(({ found }) => found)) && single(chosenOf(candidates));
  if (only) return only;
  const ordered = inOrder(chosenOf(candidates));
  const settled = single(ordered) ?? single(ordered.map((places) => collapse(file, places)));
  if (settled) return settled;
  const open = candidates.find(
    ({ found }, index) => found.length > 1 && ordered[index]?.length !== 1,
  );
  if (open === undefined) throw new Error("a hunk with one place was not settled");
  throw ambiguous(path, open.hunk, open.found);
}

const chosenOf = (candidates: readonly Candidates[]): (readonly Place[])[] =>
  candidates.map(({ chosen }) => chosen);

function single(candidates: readonly (readonly Place[])[]): Place[] | undefined {
  const places = candidates.flatMap((of) => (of.length === 1 ? of : []));
  return places.length === candidates.length ? places : undefined;
}

// Keeps the places that some arrangement of all hunks, each below the one before, can use.
function inOrder(candidates: readonly (readonly Place[])[]): Place[][] {
  let lowest = 0;
  const forward = candidates.map((places) => {
    const kept = places.filter((place) => changedRange(place).start >= lowest);
    lowest = Math.min(...kept.map((place) => changedRange(place).end));
    return kept;
  });
  let highest = Number.POSITIVE_INFINITY;
  return forward
    .toReversed()
    .map((places) => {
      const kept = places.filter((place) => changedRange(place).end <= highest);
      highest = Math.max(...kept.map((place) => changedRange(place).start));
      return kept;
    })
    .toReversed();
}

// Which of two equal lines is removed, say, makes no difference to the result.
function collapse(file: TextFile, places: readonly Place[]): readonly Place[] {
  if (places.length < 2 || places.length > mostCompared) return places;
  const results = places.map((place) => encodeText(applySplices(file, splicesOf(place)).file));
  const [first] = results;
  return first && results.every((result) => result.equals(first)) ? places.slice(0, 1) : places;
}

function ambiguous(path: string, hunk: Hunk, places: readonly Place[]): DaemonError {
  const lines = places.map((place) => place.start + 1);
  const shown = lines.slice(0, 10).join(", ") + (lines.length > 10 ? ", ..." : "");
  return refusal(
    `${path}, hunk at patch line ${hunk.patchLine}: it matches ${lines.length} places, ` +
      `at lines ${shown}: add context lines or an @@ line that tell which`,
    { path, patchLine: hunk.patchLine, lines: lines.slice(0, 100) },
  );
}

function aboveHeader(path: string, hunk: Hunk, places: readonly Place[]): DaemonError {
  const lines = places.slice(0, 10).map((place) => place.start + 1);
  return refusal(
    `${path}, hunk at patch line ${hunk.patchLine}: it matches only above its @@ line, ` +
      `at line ${lines.join(", ")}`,
    { path, patchLine: hunk.patchLine, lines },
  );
}

function unclearIndentation(path: string, hunk: Hunk): DaemonError {
  return refusal(
    `${path}, hunk at patch line ${hunk.patchLine}: the file and the added lines disagree on ` +
      "tabs and blanks: add an indented line of the file as context, or indent as the file does",
    { path, patchLine: hunk.patchLine },
  );
}
