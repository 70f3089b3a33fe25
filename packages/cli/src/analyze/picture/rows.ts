/** What is to be placed: a box of a size, in a layer; higher layers stand above lower ones. */
export interface Box {
  readonly id: string;
  readonly layer: number;
  readonly width: number;
  readonly height: number;
}

export interface Link {
  readonly from: string;
  readonly to: string;
}

/** A box in a row, or the place where a long link passes through it. */
export interface Cell {
  readonly id: string;
  readonly width: number;
  readonly height: number;
  /** The cells that it is linked to in the row above and in the row below. */
  readonly above: Cell[];
  readonly below: Cell[];
}

export interface Rows {
  readonly rows: Cell[][];
  /** The cells of each link, from box to box; none for links that stay in a row or lead upwards. */
  readonly ways: ReadonlyMap<Link, readonly Cell[]>;
}

const boxesInARow = 6;
const passageWidth = 14;

/** Puts boxes into rows, the highest layer first, and threads long links through the rows between. */
export function rowsOf(boxes: readonly Box[], links: readonly Link[]): Rows {
  const rows = layerRows(boxes, links).map((row) => row.map(cellOf));
  const rowOf = new Map(rows.flatMap((row, at) => row.map(({ id }) => [id, at] as const)));
  const cells = new Map(rows.flat().map((cell) => [cell.id, cell]));
  const ways = new Map<Link, readonly Cell[]>();
  for (const link of links) {
    const [from, to] = [cells.get(link.from), cells.get(link.to)];
    const [first, last] = [rowOf.get(link.from) ?? 0, rowOf.get(link.to) ?? 0];
    if (from === undefined || to === undefined || last <= first) continue;
    const passages = rows.slice(first + 1, last).map((row, at) => {
      const passage = cellOf({
        id: `${link.from} ${link.to} ${at}`,
        width: passageWidth,
        height: 0,
      });
      row.push(passage);
      return passage;
    });
    ways.set(link, joinedUp([from, ...passages, to]));
  }
  untangle(rows);
  return { rows, ways };
}

function cellOf({ id, width, height }: Omit<Box, "layer">): Cell {
  return { id, width, height, above: [], below: [] };
}

function joinedUp(way: Cell[]): Cell[] {
  for (const [at, cell] of way.slice(1).entries()) {
    const before = way[at];
    before?.below.push(cell);
    if (before) cell.above.push(before);
  }
  return way;
}

/** A layer of many boxes takes several rows. What nothing is linked to stands last. */
function layerRows(boxes: readonly Box[], links: readonly Link[]): Box[][] {
  const linked = new Set(links.flatMap(({ from, to }) => [from, to]));
  const layers = Map.groupBy(boxes, ({ id, layer }) => (linked.has(id) ? layer : -1));
  return [...layers]
    .sort(([a], [b]) => b - a)
    .flatMap(([, own]) => {
      const count = Math.ceil(own.length / boxesInARow);
      const each = Math.ceil(own.length / count);
      return Array.from({ length: count }, (_, at) => own.slice(at * each, (at + 1) * each));
    });
}

const sweeps = 12;

/** Orders every row by where its neighbours stand, and keeps the order with the fewest crossings. */
function untangle(rows: Cell[][]): void {
  let best = rows.map((row) => [...row]);
  let fewest = crossings(rows);
  for (let sweep = 0; sweep < sweeps && fewest > 0; sweep += 1) {
    const side = sweep % 2 === 0 ? "above" : "below";
    const order = side === "above" ? rows : rows.toReversed();
    for (const row of order) sortBy(row, side, rows);
    const now = crossings(rows);
    if (now >= fewest) continue;
    fewest = now;
    best = rows.map((row) => [...row]);
  }
  for (const [at, row] of best.entries()) rows[at]?.splice(0, row.length, ...row);
}

function sortBy(row: Cell[], side: "above" | "below", rows: readonly Cell[][]): void {
  const at = new Map(rows.flatMap((each) => each.map((cell, index) => [cell, index] as const)));
  const wish = new Map(
    row.map((cell) => [
      cell,
      mean(cell[side].map((other) => at.get(other) ?? 0)) ?? at.get(cell) ?? 0,
    ]),
  );
  row.sort((a, b) => (wish.get(a) ?? 0) - (wish.get(b) ?? 0));
}

export function mean(values: readonly number[]): number | undefined {
  if (values.length === 0) return undefined;
  return values.reduce((a, b) => a + b, 0) / values.length;
}

function crossings(rows: readonly Cell[][]): number {
  return rows.slice(1).reduce((total, row, at) => total + crossingsBetween(rows[at] ?? [], row), 0);
}

function crossingsBetween(upper: readonly Cell[], lower: readonly Cell[]): number {
  const at = new Map(lower.map((cell, index) => [cell, index]));
  const lines = upper.flatMap((cell, from) =>
    cell.below.map((to) => ({ from, to: at.get(to) ?? 0 })),
  );
  let count = 0;
  for (const [index, a] of lines.entries()) {
    for (const b of lines.slice(index + 1)) if ((a.from - b.from) * (a.to - b.to) < 0) count += 1;
  }
  return count;
}
