import type { CycleFact } from "@heddle/protocol";
import { cycles, shortestPath } from "../graph/reach.ts";
import type { Links } from "./layers.ts";
import type { Link, Subject } from "./subject.ts";
import { placeOf } from "./subject.ts";
import { byText, type Top, top } from "./top.ts";

/** In how many places of a large knot the shortest way round is looked for. */
const startsAtMost = 30;

/**
 * Files that import one another, the largest knots first. Rust's `mod` lines do not count: they lead
 * to every child.
 */
export function cyclesOf(subject: Subject): Top<CycleFact> {
  const all = linksOf(subject, ({ site }) => site.kind !== "module");
  const values = linksOf(subject, ({ site }) => site.kind !== "module" && site.kind !== "type");
  const inValueCycle = new Set(knotsOf(values).flat());
  const rows = knotsOf(all).map((members): CycleFact => {
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

function linksOf({ imports }: Subject, counts: (link: Link) => boolean): Links {
  return imports.map((links) => links.filter(counts).map(({ to }) => to));
}

function knotsOf(links: Links): number[][] {
  return cycles(links.length, (file) => links[file] ?? []);
}

/** The files of a shortest way from one of the members back to itself, which is told once. */
function shortestRound(links: Links, members: readonly number[]): number[] {
  const inside = new Set(members);
  const next = (file: number) => (links[file] ?? []).filter((to) => inside.has(to));
  const ways = members
    .slice(0, startsAtMost)
    .flatMap((file) => next(file).flatMap((to) => [shortestPath(to, file, next)]))
    .filter((way) => way !== undefined);
  const [first, ...rest] = ways;
  const shortest = rest.reduce((a, b) => (a !== undefined && b.length < a.length ? b : a), first);
  return shortest ?? [];
}

function placesOf(subject: Subject, way: readonly number[]) {
  return way.map((file, at) => {
    const to = way[at + 1] ?? way[0];
    const link = subject.imports[file]?.find((each) => each.to === to);
    return placeOf(subject, file, link?.site.line);
  });
}
