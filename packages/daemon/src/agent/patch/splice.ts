import type { Place } from "./places.ts";
import { type TextFile, type TextLine, usualEol } from "./text.ts";

/** Lines of the file that give way to others. */
export interface Splice {
  readonly at: number;
  readonly removed: number;
  readonly added: readonly string[];
}

/** A run of lines, counted from 0, its end not included. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

export function splicesOf(place: Place): Splice[] {
  const splices: { at: number; removed: number; added: string[] }[] = [];
  let line = place.start;
  let open: (typeof splices)[number] | undefined;
  for (const { kind, text } of place.lines) {
    if (kind === "context") {
      open = undefined;
      line += 1;
      continue;
    }
    if (open === undefined) {
      open = { at: line, removed: 0, added: [] };
      splices.push(open);
    }
    if (kind === "add") open.added.push(text);
    else {
      open.removed += 1;
      line += 1;
    }
  }
  return splices;
}

/** From the first to the last changed line; all matched lines when nothing is changed. */
export function changedRange(place: Place): Range {
  const splices = splicesOf(place);
  const [first] = splices;
  const last = splices.at(-1);
  if (first && last) return { start: first.at, end: last.at + last.removed };
  return { start: place.start, end: place.start + place.lines.length };
}

/** The file's own lines that the place removes. */
export function removedLines(place: Place): number[] {
  return splicesOf(place).flatMap(({ at, removed }) =>
    Array.from({ length: removed }, (_, index) => at + index),
  );
}

/** Rewrites the file; `changed` tells where the new lines stand in the result. */
export function applySplices(
  file: TextFile,
  splices: readonly Splice[],
): { file: TextFile; changed: Range[] } {
  const ordered = splices.toSorted((a, b) => a.at - b.at || a.removed - b.removed);
  const lines: TextLine[] = [];
  const changed: Range[] = [];
  let next = 0;
  for (const splice of ordered) {
    lines.push(...file.lines.slice(next, splice.at));
    const start = lines.length;
    lines.push(...newLines(file.lines, splice));
    changed.push({ start, end: lines.length });
    next = splice.at + splice.removed;
  }
  lines.push(...file.lines.slice(next));
  return { file: { ...file, lines: withFinalEol(file.lines, lines) }, changed };
}

// A new line ends as the line that it replaces does, and else as the line before it.
function newLines(old: readonly TextLine[], { at, removed, added }: Splice): TextLine[] {
  const usual = usualEol(old);
  return added.map((text, index) => {
    const model = index < removed ? old[at + index] : (old[at + removed - 1] ?? old[at + removed]);
    return { text, eol: model?.eol || usual };
  });
}

function withFinalEol(old: readonly TextLine[], lines: readonly TextLine[]): TextLine[] {
  const last = old.at(-1);
  const eol = last?.eol ?? "\n";
  const usual = usualEol(old);
  return lines.map((line, index) => {
    if (index < lines.length - 1) return line.eol === "" ? { ...line, eol: usual } : line;
    if (eol === "") return { ...line, eol };
    return line.eol === "" ? { ...line, eol: usual } : line;
  });
}
