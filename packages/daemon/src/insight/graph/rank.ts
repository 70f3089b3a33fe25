import type { FileGraph } from "./graph.ts";

const damping = 0.85;
const maxSteps = 40;
const enough = 1e-7;
/** What of a random walk's restarts goes to the focused files; the rest goes anywhere. */
const focusShare = 0.9;

/** PageRank: how likely a reader who follows uses comes by each file; the sum is 1. */
export function pageRank(graph: FileGraph, focus: readonly number[] = []): Float64Array {
  const size = graph.size;
  const restart = restarts(size, focus);
  const { starts, targets, shares } = flattened(graph);
  let rank = restart.slice();
  for (let step = 0; step < maxSteps; step += 1) {
    const next = new Float64Array(size);
    let lost = 0;
    for (let from = 0; from < size; from += 1) {
      const [start = 0, end = 0] = [starts[from], starts[from + 1]];
      const mass = rank[from] ?? 0;
      if (start === end) lost += mass;
      for (let at = start; at < end; at += 1) {
        const to = targets[at] ?? 0;
        next[to] = (next[to] ?? 0) + mass * (shares[at] ?? 0);
      }
    }
    const moved = settle(rank, next, { restart, lost });
    rank = next;
    if (moved < enough) break;
  }
  return rank;
}

/** Adds the restarts, and says how much has moved. What ends nowhere restarts too. */
function settle(
  before: Float64Array,
  next: Float64Array,
  { restart, lost }: { restart: Float64Array; lost: number },
): number {
  let moved = 0;
  for (let file = 0; file < next.length; file += 1) {
    const back = restart[file] ?? 0;
    const rank = damping * ((next[file] ?? 0) + lost * back) + (1 - damping) * back;
    moved += Math.abs(rank - (before[file] ?? 0));
    next[file] = rank;
  }
  return moved;
}

function restarts(size: number, focus: readonly number[]): Float64Array {
  const anywhere = (focus.length > 0 ? 1 - focusShare : 1) / size;
  const restart = new Float64Array(size).fill(anywhere);
  for (const file of focus) restart[file] = (restart[file] ?? 0) + focusShare / focus.length;
  return restart;
}

function flattened(graph: FileGraph) {
  const starts = new Int32Array(graph.size + 1);
  for (let file = 0; file < graph.size; file += 1) {
    starts[file + 1] = (starts[file] ?? 0) + graph.edgesFrom(file).length;
  }
  const count = starts[graph.size] ?? 0;
  const targets = new Int32Array(count);
  const shares = new Float64Array(count);
  for (let file = 0; file < graph.size; file += 1) {
    const edges = graph.edgesFrom(file);
    const sum = edges.reduce((total, { weight }) => total + weight, 0);
    for (const [at, { to, weight }] of edges.entries()) {
      targets[(starts[file] ?? 0) + at] = to;
      shares[(starts[file] ?? 0) + at] = weight / sum;
    }
  }
  return { starts, targets, shares };
}
