import type { CycleFact } from "@heddle/protocol";
import { cycles, shortestRound } from "../graph/reach.ts";
import type { Links } from "./layers.ts";
import type { Link, Subject } from "./subject.ts";
import { placeOf } from "./subject.ts";
import { byText, type Top, top } from "./top.ts";

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
    const links = typesOnly ? all : values;
    const way = shortestRound(members, (file) => links[file] ?? []);
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

function placesOf(subject: Subject, way: readonly number[]) {
  return way.map((file, at) => {
    const to = way[at + 1] ?? way[0];
    const link = subject.imports[file]?.find((each) => each.to === to);
    return placeOf(subject, file, link?.site.line);
  });
}
