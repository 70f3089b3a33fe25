import { type FileLines, headerKey } from "./file-lines.ts";
import { indentOf } from "./indentation.ts";
import type { Place } from "./places.ts";
import { changedRange } from "./splice.ts";

export interface HeaderChoice {
  /** The places that the headers leave; none when all of them stand above the headers. */
  readonly places: readonly Place[];
  /** Whether the file has lines like the headers at all. */
  readonly found: boolean;
}

/** Narrows the places of a hunk by its `@@` lines, and only as far as these are unambiguous. */
export function chooseByHeaders(
  file: FileLines,
  headers: readonly string[],
  places: readonly Place[],
): HeaderChoice {
  const anchors = findAnchors(file, headers);
  if (anchors.length === 0) return { places, found: false };
  const below = places.filter((place) => anchorOf(anchors, place) !== undefined);
  if (below.length < 2) return { places: below, found: true };
  const nearest = new Set(below.map((place) => anchorOf(anchors, place)));
  const [anchor] = nearest;
  if (nearest.size > 1 || anchor === undefined) return { places: below, found: true };
  const end = scopeEnd(file, anchor);
  const within = below.filter((place) => changedRange(place).start <= end);
  return { places: within.length === 1 ? within : below, found: true };
}

// The header may be repeated as context, or be the very line that is changed.
function anchorOf(anchors: readonly number[], place: Place): number | undefined {
  return anchors.findLast((anchor) => anchor <= changedRange(place).start);
}

function findAnchors(file: FileLines, headers: readonly string[]): number[] {
  let anchors: number[] = [];
  for (const header of headers) {
    const found = findHeader(file, header);
    const below = found.filter((line) => anchors.some((anchor) => anchor < line));
    const within = below.filter((line) =>
      anchors.some((anchor) => anchor < line && line <= scopeEnd(file, anchor)),
    );
    const next = anchors.length === 0 ? found : within.length > 0 ? within : below;
    if (next.length > 0) anchors = next;
  }
  return anchors;
}

function findHeader(file: FileLines, header: string): number[] {
  const wanted = headerKey(header);
  const lines = file.headerKeys();
  const tests = [
    (line: string) => line === wanted,
    (line: string) => line.startsWith(wanted),
    (line: string) => wanted.length > 3 && line.includes(wanted),
  ];
  for (const test of tests) {
    const found = lines.flatMap((line, index) => (test(line) ? [index] : []));
    if (found.length > 0) return found;
  }
  return [];
}

// Lines that begin with a bracket close a signature or a block, or open one on a line of its own.
function scopeEnd(file: FileLines, anchor: number): number {
  const width = indentOf(file.texts[anchor] ?? "").length;
  for (let line = anchor + 1; line < file.texts.length; line += 1) {
    const text = file.texts[line] ?? "";
    if (text.trim() === "" || /^\s*[()[\]{}<>]/.test(text)) continue;
    if (indentOf(text).length <= width) return line - 1;
  }
  return file.texts.length;
}
