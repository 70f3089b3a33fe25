const combining = /\p{M}|\u200d|\ufe0f/u;
const wide =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\uff01-\uff60]/u;

/** How many columns of a terminal text takes. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const char of text) width += combining.test(char) ? 0 : wide.test(char) ? 2 : 1;
  return width;
}

/** Text cut to a width, with a mark where something is missing. */
export function cut(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  let kept = "";
  let used = 0;
  for (const char of text) {
    used += displayWidth(char);
    if (used > width - 1) break;
    kept += char;
  }
  return `${kept}…`;
}

/** Colours a cell that is as wide as it will be shown, by the number of its column. */
type PaintCell = (shown: string, column: number) => string;

const lastAtLeast = 8;
const columnAtLeast = 6;
const gap = 2;

/**
 * Aligned columns under a heading. The last column takes what is left of `width` and is cut there;
 * where nothing is left, it stands on a line of its own below the others, which are cut
 * from the right. Without a width nothing is cut. Cells have to be printable already; the last column
 * is never coloured.
 */
export function table(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
  width?: number,
  paintCell: PaintCell = (shown) => shown,
): string {
  const all = [headings, ...rows];
  const widths = headings.map((_, column) =>
    Math.max(...all.map((cells) => displayWidth(cells[column] ?? ""))),
  );
  const lead = totalOf(widths.slice(0, -1)) + gap;
  if (width === undefined || lead + lastAtLeast <= width) {
    return all.map((cells) => line(cells, { widths, width, paintCell })).join("");
  }
  return all.map((cells) => folded(cells, { widths, width, paintCell })).join("");
}

interface Layout<Width> {
  readonly widths: readonly number[];
  readonly width: Width;
  readonly paintCell: PaintCell;
}

function line(
  cells: readonly string[],
  { widths, width, paintCell }: Layout<number | undefined>,
): string {
  const lead = widths.slice(0, -1);
  const last = cells[lead.length] ?? "";
  const room = width === undefined ? undefined : width - totalOf(lead) - gap;
  const shown = room === undefined ? last : cut(last, room);
  return `${[...lead.map((column, at) => paintCell(padded(cells[at], column), at)), shown].join("  ").trimEnd()}\n`;
}

/** A row on two lines, for a terminal that is narrower than its columns. */
function folded(cells: readonly string[], { widths, width, paintCell }: Layout<number>): string {
  const lead = narrowed(widths.slice(0, -1), width);
  const first = lead
    .map((column, at) => paintCell(padded(cells[at], column), at))
    .join("  ")
    .trimEnd();
  const last = cut(cells[lead.length] ?? "", Math.max(1, width - gap));
  return `${first}\n${last === "" ? "" : `  ${last}\n`}`;
}

/** Takes from the last column first, until all fit; the first one, which names the row, stays. */
function narrowed(widths: readonly number[], width: number): number[] {
  let over = totalOf(widths) - width;
  const reversed = widths.toReversed().map((column, fromEnd) => {
    const spare = fromEnd === widths.length - 1 ? 0 : Math.max(0, column - columnAtLeast);
    const taken = Math.min(spare, Math.max(0, over));
    over -= taken;
    return column - taken;
  });
  return reversed.reverse();
}

function totalOf(widths: readonly number[]): number {
  return widths.reduce((sum, column) => sum + column + gap, -gap);
}

function padded(cell = "", column: number): string {
  const shown = cut(cell, column);
  return shown + " ".repeat(Math.max(0, column - displayWidth(shown)));
}
