/** Successors by number. */
export type Graph = readonly (readonly number[])[];

/**
 * The strongly connected components: those that can all reach one another. A component comes after
 * all that it leads to. Without recursion, since chains of imports may be longer than the stack.
 */
export function components(graph: Graph): number[][] {
  const walk = new Walk(graph);
  for (let node = 0; node < graph.length; node += 1) walk.from(node);
  return walk.found;
}

/** Tarjan's algorithm. */
class Walk {
  readonly found: number[][] = [];
  readonly #graph: Graph;
  readonly #order: Int32Array;
  readonly #low: Int32Array;
  readonly #next: Int32Array;
  readonly #open: Uint8Array;
  readonly #stack: number[] = [];
  #count = 0;

  constructor(graph: Graph) {
    this.#graph = graph;
    this.#order = new Int32Array(graph.length);
    this.#low = new Int32Array(graph.length);
    this.#next = new Int32Array(graph.length);
    this.#open = new Uint8Array(graph.length);
  }

  from(start: number): void {
    if (this.#order[start] !== 0) return;
    const path = [this.#enter(start)];
    for (let node = path.at(-1); node !== undefined; node = path.at(-1)) {
      const at = this.#next[node] ?? 0;
      const to = this.#graph[node]?.[at];
      this.#next[node] = at + 1;
      if (to === undefined) this.#leave(node, path);
      else if (this.#order[to] === 0) path.push(this.#enter(to));
      else if (this.#open[to]) this.#lower(node, this.#order[to] ?? 0);
    }
  }

  #enter(node: number): number {
    this.#count += 1;
    this.#order[node] = this.#count;
    this.#low[node] = this.#count;
    this.#open[node] = 1;
    this.#stack.push(node);
    return node;
  }

  #leave(node: number, path: number[]): void {
    path.pop();
    const parent = path.at(-1);
    if (parent !== undefined) this.#lower(parent, this.#low[node] ?? 0);
    if (this.#low[node] !== this.#order[node]) return;
    const members = this.#stack.splice(this.#stack.lastIndexOf(node));
    for (const member of members) this.#open[member] = 0;
    this.found.push(members.sort((a, b) => a - b));
  }

  #lower(node: number, to: number): void {
    this.#low[node] = Math.min(this.#low[node] ?? 0, to);
  }
}

/** The layer of each node: 0 leads nowhere; those of one component share theirs. */
export function layers(graph: Graph): number[] {
  const layer: number[] = graph.map(() => 0);
  for (const members of components(graph)) {
    const inside = new Set(members);
    const below = members
      .flatMap((node) => graph[node] ?? [])
      .filter((to) => !inside.has(to))
      .map((to) => (layer[to] ?? 0) + 1);
    const own = below.reduce((a, b) => Math.max(a, b), 0);
    for (const node of members) layer[node] = own;
  }
  return layer;
}

/** A shortest way from a node back to itself, or from one to another; undefined if there is none. */
export function shortestWay(graph: Graph, from: number, to: number): number[] | undefined {
  const before = new Map<number, number>();
  const queue = [from];
  for (const node of queue) {
    for (const next of graph[node] ?? []) {
      if (next === to) return wayBack(before, node, from).concat(to);
      if (next === from || before.has(next)) continue;
      before.set(next, node);
      queue.push(next);
    }
  }
  return undefined;
}

function wayBack(before: ReadonlyMap<number, number>, last: number, from: number): number[] {
  const way = [last];
  for (let node = last; node !== from; ) {
    node = before.get(node) ?? from;
    way.push(node);
  }
  return way.reverse();
}
