/** How many rows of a fact are told; how many there are is told always. */
export const rowLimit = 100;

export interface Top<Row> {
  readonly total: number;
  readonly rows: Row[];
}

export function top<Row>(rows: readonly Row[], limit = rowLimit): Top<Row> {
  return { total: rows.length, rows: rows.slice(0, limit) };
}

/** The order of paths everywhere: by code units, alike on every machine. */
export function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

export function countBy<Key>(keys: Iterable<Key>): Map<Key, number> {
  const counts = new Map<Key, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}
