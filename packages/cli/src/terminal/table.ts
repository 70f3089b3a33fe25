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

/**
 * Aligned columns under a heading. The last column takes what is left of `width` and is cut there;
 * without a width nothing is cut. Cells have to be printable already.
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
  return all.map((cells) => line(cells, widths, width)).join("");
}

function line(
  cells: readonly string[],
  widths: readonly number[],
  width: number | undefined,
): string {
  const last = widths.length - 1;
  const lead = widths.slice(0, last).reduce((sum, column) => sum + column + 2, 0);
  const padded = widths.map((column, at) => {
    const cell = cells[at] ?? "";
    if (at < last) return cell + " ".repeat(column - displayWidth(cell));
    return width === undefined ? cell : cut(cell, Math.max(8, width - lead));
  });
  return `${padded.join("  ").trimEnd()}\n`;
}
