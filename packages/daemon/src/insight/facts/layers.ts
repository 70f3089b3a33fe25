import { cycles } from "../graph/reach.ts";

/** Successors by number. */
export type Links = readonly (readonly number[])[];

/** Which circle each node is part of; those that are in none are one of their own. */
export function circlesOf(links: Links): number[] {
  const circle = links.map((_, node) => node);
  const found = cycles(links.length, (node) => links[node] ?? []);
  for (const members of found) for (const node of members) circle[node] = members[0] ?? node;
  return circle;
}

/** The layer of each node: 0 leads nowhere, each further one only below; those of a circle share theirs. */
export function layersOf(links: Links): number[] {
  const circle = circlesOf(links);
  const below = new Map<number, Set<number>>();
  for (const [node, targets] of links.entries()) {
    const own = circle[node] ?? node;
    const others = below.get(own) ?? new Set();
    for (const to of targets) if (circle[to] !== own) others.add(circle[to] ?? to);
    below.set(own, others);
  }
  const layers = new Map<number, number>();
  const layerOf = (node: number): number => {
    const known = layers.get(node);
    if (known !== undefined) return known;
    const deepest = [...(below.get(node) ?? [])].reduce(
      (max, to) => Math.max(max, layerOf(to) + 1),
      0,
    );
    layers.set(node, deepest);
    return deepest;
  };
  return circle.map(layerOf);
}
