import { printableLine } from "../terminal/printable.ts";
import type { Paint } from "../terminal/style.ts";
import { displayWidth } from "../terminal/table.ts";

/** One statement, and where it can be seen. */
export interface Row {
  readonly text: string;
  readonly place?: { readonly path: string; readonly line: number } | undefined;
}

export interface Section {
  readonly title: string;
  readonly rows: readonly Row[];
}

export interface ReportOptions {
  /** Lines are broken there; without it, never. */
  readonly width: number | undefined;
  readonly paint: Paint;
}

/** Sections one below the other; those without rows are left out. Nothing in it acts on a terminal. */
export function reportText(sections: readonly Section[], options: ReportOptions): string {
  return sections
    .filter(({ rows }) => rows.length > 0)
    .map((section) => sectionText(section, options))
    .join("\n");
}

function sectionText({ title, rows }: Section, options: ReportOptions): string {
  const head = wrapped(printableLine(title), "", options.width).map((line) =>
    options.paint("bold", line),
  );
  return [...head, ...rows.flatMap((row) => rowLines(row, options))]
    .map((line) => `${line}\n`)
    .join("");
}

const indent = "  ";
const deeper = "    ";

/** The place stands behind the statement where both fit on a line, else below it. */
function rowLines({ text, place }: Row, { width, paint }: ReportOptions): string[] {
  const lines = wrapped(printableLine(text), indent, width);
  if (place === undefined) return lines;
  const shown = `${printableLine(place.path)}:${place.line}`;
  const last = lines.at(-1) ?? indent;
  const fits = width === undefined || displayWidth(last) + 2 + displayWidth(shown) <= width;
  if (fits) return [...lines.slice(0, -1), `${last}  ${paint("dim", shown)}`];
  return [...lines, ...wrapped(shown, deeper, width).map((line) => paint("dim", line))];
}

/** Lines of at most `width`, broken at spaces; a longer word is broken where it is full. */
export function wrapped(text: string, lead: string, width: number | undefined): string[] {
  if (width === undefined) return [lead + text];
  const room = Math.max(8, width - lead.length - 2);
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ").flatMap((each) => pieces(each, room))) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (line !== "" && displayWidth(longer) > room + (lines.length === 0 ? 2 : 0)) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return [...lines, line].map((each, at) => `${lead}${at === 0 ? "" : indent}${each}`);
}

function pieces(word: string, room: number): string[] {
  const found: string[] = [];
  let piece = "";
  for (const char of word) {
    if (displayWidth(piece + char) > room) {
      found.push(piece);
      piece = "";
    }
    piece += char;
  }
  return [...found, piece];
}
