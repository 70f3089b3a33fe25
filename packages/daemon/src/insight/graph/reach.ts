/** The files next to a file, in one direction. */
export type Neighbours = (file: number) => readonly number[];

/** The shortest way along `next` from one file to another, both included; absent if there is none. */
export function shortestPath(from: number, to: number, next: Neighbours): number[] | undefined {
  const cameFrom = new Map<number, number>([[from, from]]);
  const queue = [from];
  for (const here of queue) {
    if (here === to) return wayBack(from, to, cameFrom);
    for (const file of next(here)) {
      if (cameFrom.has(file)) continue;
      cameFrom.set(file, here);
      queue.push(file);
    }
  }
  return undefined;
}

function wayBack(from: number, to: number, cameFrom: ReadonlyMap<number, number>): number[] {
  const path = [to];
  for (let here = to; here !== from; ) {
    here = cameFrom.get(here) ?? from;
    path.unshift(here);
  }
  return path;
}

/** The files that can be reached, those from which it starts included, the nearest first. */
export function reachable(from: readonly number[], next: Neighbours): number[] {
  const seen = new Set(from);
  for (const here of seen) for (const file of next(here)) seen.add(file);
  return [...seen];
}

/** In how many files of a large knot the shortest way round is looked for. */
const startsAtMost = 30;

/** A shortest way from one of a knot's members back to itself, which is told once, as the first. */
export function shortestRound(members: readonly number[], next: Neighbours): number[] {
  const inside = new Set(members);
  const within = (file: number) => next(file).filter((to) => inside.has(to));
  let shortest: number[] = [];
  for (const file of members.slice(0, startsAtMost)) {
    for (const to of within(file)) {
      const way = shortestPath(to, file, within);
      if (!way || (shortest.length > 0 && way.length >= shortest.length)) continue;
      shortest = [file, ...way.slice(0, -1)];
    }
  }
  return shortest;
}

interface Visit {
  readonly file: number;
  readonly next: readonly number[];
  at: number;
}

/** Groups of files each of which reaches all others of its group (Tarjan), the largest first. */
export function cycles(size: number, next: Neighbours): number[][] {
  const order = new Int32Array(size).fill(-1);
  const low = new Int32Array(size);
  const onStack = new Uint8Array(size);
  const stack: number[] = [];
  const found: number[][] = [];
  let count = 0;
  const enter = (file: number): Visit => {
    order[file] = low[file] = count;
    count += 1;
    stack.push(file);
    onStack[file] = 1;
    return { file, next: next(file), at: 0 };
  };
  const lower = (file: number, value: number) => {
    low[file] = Math.min(low[file] ?? 0, value);
  };
  const leave = ({ file }: Visit): void => {
    if (low[file] !== order[file]) return;
    const group = stack.splice(stack.lastIndexOf(file));
    for (const member of group) onStack[member] = 0;
    if (group.length > 1) found.push(group.sort((a, b) => a - b));
  };
  // Visits are a list and not calls: a chain of imports can be longer than the call stack.
  for (let root = 0; root < size; root += 1) {
    const visits = order[root] === -1 ? [enter(root)] : [];
    for (let visit = visits.at(-1); visit !== undefined; visit = visits.at(-1)) {
      const file = visit.next[visit.at];
      visit.at += 1;
      if (file === undefined) {
        visits.pop();
        leave(visit);
        const above = visits.at(-1);
        if (above) lower(above.file, low[visit.file] ?? 0);
      } else if (order[file] === -1) visits.push(enter(file));
      else if (onStack[file] === 1) lower(visit.file, order[file] ?? 0);
    }
  }
  return found.sort((a, b) => b.length - a.length || (a[0] ?? 0) - (b[0] ?? 0));
}
