import type { CycleFact } from "@heddle/protocol";
import { components, type Graph, shortestWay } from "./components.ts";
import type { Link, Subject } from "./subject.ts";
import { placeOf } from "./subject.ts";
import { byText, type Top, top } from "./top.ts";

/** In how many places of a large knot the shortest way round is looked for. */
const startsAtMost = 30;

/** Files that import one another, the largest knots first. Rust's `mod` lines do not count: they lead to every child. */
export function cyclesOf(subject: Subject): Top<CycleFact> {
  const all = graphOf(subject, ({ site }) => site.kind !== "module");
  const values = graphOf(subject, ({ site }) => site.kind !== "module" && site.kind !== "type");
  const inValueCycle = new Set(knots(values).flat());
  const rows = knots(all).map((members): CycleFact => {
    const typesOnly = !members.some((file) => inValueCycle.has(file));
    const way = shortestRound(typesOnly ? all : values, members);
    return { size: members.length, path: placesOf(subject, way), typesOnly };
  });
  const order = (a: CycleFact, b: CycleFact) =>
    Number(a.typesOnly) - Number(b.typesOnly) ||
    b.size - a.size ||
    byText(a.path[0]?.path ?? "", b.path[0]?.path ?? "");
  return top(rows.sort(order), 50);
}

function graphOf({ imports }: Subject, counts: (link: Link) => boolean): Graph {
  return imports.map((links) => links.filter(counts).map(({ to }) => to));
}

function knots(graph: Graph): number[][] {
  return components(graph).filter(({ length }) => length > 1);
}

function shortestRound(graph: Graph, members: readonly number[]): number[] {
  const inside = new Set(members);
  const within = graph.map((targets, node) =>
    inside.has(node) ? targets.filter((to) => inside.has(to)) : [],
  );
  const ways = members
    .slice(0, startsAtMost)
    .map((node) => shortestWay(within, node, node))
    .filter((way) => way !== undefined);
  return ways.reduce((a, b) => (b.length < a.length ? b : a));
}

/** The last node of the way is its first again, and needs no place of its own. */
function placesOf(subject: Subject, way: readonly number[]) {
  return way.slice(0, -1).map((file, at) => {
    const link = subject.imports[file]?.find(({ to }) => to === way[at + 1]);
    return placeOf(subject, file, link?.site.line);
  });
}
