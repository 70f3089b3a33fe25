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

const lastAtLeast = 8;
const columnAtLeast = 6;
const gap = 2;

/**
 * Aligned columns under a heading. The last column takes what is left of `width` and is cut there;
 * where nothing is left, it stands on a line of its own below the others, which are cut
 * from the right. Without a width nothing is cut. Cells have to be printable already.
 */
export function table(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
  width?: number,
): string {
  const all = [headings, ...rows];
  const widths = headings.map((_, column) =>
    Math.max(...all.map((cells) => displayWidth(cells[column] ?? ""))),
  );
  const lead = totalOf(widths.slice(0, -1)) + gap;
  if (width === undefined || lead + lastAtLeast <= width) {
    return all.map((cells) => line(cells, widths, width)).join("");
  }
  return all.map((cells) => folded(cells, widths, width)).join("");
}

function line(
  cells: readonly string[],
  widths: readonly number[],
  width: number | undefined,
): string {
  const lead = widths.slice(0, -1);
  const last = cells[lead.length] ?? "";
  const room = width === undefined ? undefined : width - totalOf(lead) - gap;
  const shown = room === undefined ? last : cut(last, room);
  return `${[...lead.map((column, at) => padded(cells[at], column)), shown].join("  ").trimEnd()}\n`;
}

/** A row on two lines, for a terminal that is narrower than its columns. */
function folded(cells: readonly string[], widths: readonly number[], width: number): string {
  const lead = narrowed(widths.slice(0, -1), width);
  const first = lead
    .map((column, at) => padded(cells[at], column))
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
