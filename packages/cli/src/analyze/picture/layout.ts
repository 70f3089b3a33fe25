import { type Box, type Cell, type Link, mean, rowsOf } from "./rows.ts";

export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Route {
  readonly link: Link;
  /** `down` passes between rows, `aside` leads to a neighbour or upwards. */
  readonly kind: "down" | "aside";
  readonly points: readonly Point[];
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly boxes: ReadonlyMap<string, Rect>;
  readonly routes: readonly Route[];
}

/** From where to where a row reaches. */
interface Band {
  readonly top: number;
  readonly bottom: number;
}

interface Places {
  readonly rects: ReadonlyMap<Cell, Rect>;
  readonly bands: ReadonlyMap<Cell, Band>;
  readonly boxes: ReadonlyMap<string, Rect>;
}

const gap = { column: 28, row: 64 };

/** Places boxes in rows by their layers, as straight above what they are linked to as there is room. */
export function layout(boxes: readonly Box[], links: readonly Link[]): Layout {
  const { rows, ways } = rowsOf(boxes, links);
  const centers = columns(rows);
  const left = Math.min(...rows.flat().map((cell) => (centers.get(cell) ?? 0) - cell.width / 2));
  const rects = new Map<Cell, Rect>();
  const bands = new Map<Cell, Band>();
  let y = 0;
  for (const row of rows) {
    const height = Math.max(...row.map((cell) => cell.height));
    for (const cell of row) {
      const { width, height: own } = cell;
      const x = (centers.get(cell) ?? 0) - width / 2 - left;
      rects.set(cell, { x, y: y + (height - own) / 2, width, height: own });
      bands.set(cell, { top: y, bottom: y + height });
    }
    y += height + gap.row;
  }
  const byId = new Map([...rects].map(([cell, rect]) => [cell.id, rect]));
  const width = Math.max(...[...rects.values()].map((rect) => rect.x + rect.width));
  const own = new Map(
    boxes.map(({ id }) => [id, byId.get(id) ?? { x: 0, y: 0, width: 0, height: 0 }]),
  );
  return {
    width,
    height: y - gap.row,
    boxes: own,
    routes: routesOf(links, ways, { rects, bands, boxes: own }),
  };
}

const rounds = 24;

/** The middle of each cell: as near to its neighbours' as the order of the row allows. */
function columns(rows: readonly (readonly Cell[])[]): Map<Cell, number> {
  const centers = new Map<Cell, number>();
  for (const row of rows)
    spread(
      row,
      row.map(() => 0),
      centers,
    );
  for (let round = 0; round < rounds; round += 1) {
    const order = round % 2 === 0 ? rows : rows.toReversed();
    for (const row of order) {
      const wishes = row.map((cell) => {
        const near = [...cell.above, ...cell.below].map((other) => centers.get(other) ?? 0);
        return mean(near) ?? centers.get(cell) ?? 0;
      });
      spread(row, wishes, centers);
    }
  }
  return centers;
}

/** Least squares under the least distances of a row: pools neighbours that would overlap. */
function spread(row: readonly Cell[], wishes: readonly number[], centers: Map<Cell, number>): void {
  const offsets: number[] = [];
  let offset = 0;
  for (const [at, cell] of row.entries()) {
    const before = row[at - 1];
    if (before) offset += (before.width + cell.width) / 2 + gap.column;
    offsets.push(offset);
  }
  const pools: { sum: number; count: number }[] = [];
  for (const [at, wish] of wishes.entries()) {
    let pool = { sum: wish - (offsets[at] ?? 0), count: 1 };
    for (
      let last = pools.at(-1);
      last && last.sum / last.count > pool.sum / pool.count;
      last = pools.at(-1)
    ) {
      pool = { sum: pool.sum + last.sum, count: pool.count + last.count };
      pools.pop();
    }
    pools.push(pool);
  }
  const placed = pools.flatMap(({ sum, count }) =>
    Array.from({ length: count }, () => sum / count),
  );
  for (const [at, cell] of row.entries()) centers.set(cell, (placed[at] ?? 0) + (offsets[at] ?? 0));
}

/** Inside of a row every link runs straight down, so that it passes no box; it bends between rows. */
function routesOf(
  links: readonly Link[],
  ways: ReadonlyMap<Link, readonly Cell[]>,
  { rects, bands, boxes }: Places,
): Route[] {
  const passages = new Map(
    [...ways].map(([link, way]) => [link, way.slice(1, -1).map((cell) => middle(rects.get(cell)))]),
  );
  const ports = new Ports(
    links.filter((link) => ways.has(link)),
    passages,
    boxes,
  );
  return links.flatMap((link): Route[] => {
    const [from, to] = [boxes.get(link.from), boxes.get(link.to)];
    if (from === undefined || to === undefined) return [];
    const way = ways.get(link);
    if (way === undefined) return [{ link, kind: "aside", points: asideOf(from, to) }];
    const [out, into] = [ports.out(link), ports.in(link)];
    const stops = [out.x, ...(passages.get(link) ?? []).map(({ x }) => x), into.x];
    const crossed = way.flatMap((cell, at) => {
      const { top = 0, bottom = 0 } = bands.get(cell) ?? {};
      const x = stops[at] ?? 0;
      return [
        { x, y: top },
        { x, y: bottom },
      ];
    });
    return [{ link, kind: "down", points: [out, ...crossed.slice(1, -1), into] }];
  });
}

function middle(rect: Rect | undefined): Point {
  if (rect === undefined) return { x: 0, y: 0 };
  return { x: rect.x + rect.width / 2, y: rect.y + rect.height / 2 };
}

function asideOf(from: Rect, to: Rect): Point[] {
  const [a, b] = [middle(from), middle(to)];
  if (Math.abs(a.y - b.y) < (from.height + to.height) / 2) {
    const shift = a.x < b.x ? 10 : -10;
    return [
      { x: a.x + shift, y: from.y + from.height },
      { x: b.x - shift, y: to.y + to.height },
    ];
  }
  return [
    { x: a.x + 12, y: from.y },
    { x: b.x + 12, y: to.y + to.height },
  ];
}

/** Where links leave and reach their boxes: side by side, in the order of where they go. */
class Ports {
  readonly #out = new Map<Link, Point>();
  readonly #in = new Map<Link, Point>();

  constructor(
    links: readonly Link[],
    passages: ReadonlyMap<Link, readonly Point[]>,
    boxes: ReadonlyMap<string, Rect>,
  ) {
    const center = (id: string): Point => middle(boxes.get(id));
    for (const [id, own] of Map.groupBy(links, ({ from }) => from)) {
      const next = (link: Link) => (passages.get(link)?.[0] ?? center(link.to)).x;
      this.#share(this.#out, boxes.get(id), own, next, "bottom");
    }
    for (const [id, own] of Map.groupBy(links, ({ to }) => to)) {
      const next = (link: Link) => (passages.get(link)?.at(-1) ?? center(link.from)).x;
      this.#share(this.#in, boxes.get(id), own, next, "top");
    }
  }

  out(link: Link): Point {
    return this.#out.get(link) ?? { x: 0, y: 0 };
  }

  in(link: Link): Point {
    return this.#in.get(link) ?? { x: 0, y: 0 };
  }

  #share(
    ports: Map<Link, Point>,
    rect: Rect | undefined,
    links: readonly Link[],
    next: (link: Link) => number,
    side: "top" | "bottom",
  ): void {
    if (rect === undefined) return;
    const order = links.toSorted((a, b) => next(a) - next(b));
    const room = Math.min(rect.width - 24, order.length * 26);
    for (const [at, link] of order.entries()) {
      const x = rect.x + rect.width / 2 + ((at + 0.5) / order.length - 0.5) * room;
      ports.set(link, { x, y: side === "top" ? rect.y : rect.y + rect.height });
    }
  }
}
