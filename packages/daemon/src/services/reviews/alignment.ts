/** Whether a line says something. Blank ones and braces are everywhere, and tell nothing. */
export function hasWords(line: string): boolean {
  return /[\p{L}\p{N}_]/u.test(line);
}

/** What a line counts that is found, and what is taken off for one that stands between others. */
const counts = { worded: 8, bare: 1, between: 2 };

export interface Alignment {
  /** Where each wanted line is in the text; undefined for one that is not there. */
  readonly at: readonly (number | undefined)[];
  readonly weight: number;
}

/** Finds as many of the wanted lines as stand together, in their order. */
export function align(wanted: readonly string[], text: readonly string[]): Alignment {
  const width = text.length + 1;
  const weights = wanted.map((line) => (hasWords(line) ? counts.worded : counts.bare));
  const sums = new Int32Array((wanted.length + 1) * width);
  const sum = (row: number, column: number) => sums[row * width + column] ?? 0;
  const taken = (row: number, column: number) =>
    wanted[row] === text[column] ? sum(row + 1, column + 1) + (weights[row] ?? 0) : 0;
  for (let row = wanted.length - 1; row >= 0; row -= 1) {
    for (let column = text.length - 1; column >= 0; column -= 1) {
      const passed = Math.max(sum(row + 1, column), sum(row, column + 1) - counts.between);
      sums[row * width + column] = Math.max(taken(row, column), passed);
    }
  }
  const first = sums.subarray(0, width);
  const weight = first.reduce((most, one) => Math.max(most, one), 0);
  const at: (number | undefined)[] = wanted.map(() => undefined);
  for (let [row, column] = [0, first.indexOf(weight)]; sum(row, column) > 0; ) {
    if (taken(row, column) === sum(row, column)) at[row++] = column++;
    else if (sum(row + 1, column) === sum(row, column)) row += 1;
    else column += 1;
  }
  return { at, weight };
}

/** How many lines of each shift of `wanted` along the text are where they would be. */
export function shiftsOf(
  wanted: readonly string[],
  text: readonly string[],
): ReadonlyMap<number, number> {
  const places = Map.groupBy(text.keys(), (at) => text[at] ?? "");
  const shifts = new Map<number, number>();
  const telling = wanted.some(hasWords) ? hasWords : () => true;
  for (const [at, line] of wanted.entries()) {
    if (!telling(line)) continue;
    for (const place of places.get(line) ?? []) {
      shifts.set(place - at, (shifts.get(place - at) ?? 0) + 1);
    }
  }
  return shifts;
}
