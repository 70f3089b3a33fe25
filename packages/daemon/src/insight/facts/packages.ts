import type { PackageArrow, PackageFact, PackageMap } from "@heddle/protocol";
import { sum } from "./languages.ts";
import { circlesOf, layersOf } from "./layers.ts";
import type { Subject } from "./subject.ts";
import { placeOf } from "./subject.ts";
import { byText, top } from "./top.ts";
import { foldersOf, splitOf, type Unit } from "./units.ts";

/** The inside of a part is told where it has so many parts of its own, and so much of all code. */
const insideAtLeast = { parts: 3, arrows: 2, share: 0.1 };

/** The parts of the project in layers, and which import which; the inside of large parts likewise. */
export function packagesOf(subject: Subject): PackageMap {
  const { by, units } = splitOf(subject);
  return { split: by, ...partsOf(subject, units), insides: insidesOf(subject, units) };
}

function insidesOf(subject: Subject, units: readonly Unit[]): PackageMap["insides"] {
  const all = sum(
    units.flatMap(({ sources }) => sources),
    "codeLines",
  );
  return units.flatMap(({ folder, sources }) => {
    if (sum(sources, "codeLines") < all * insideAtLeast.share) return [];
    const inside = partsOf(subject, foldersOf(sources, folder));
    const { packages, arrows } = inside;
    if (packages.total < insideAtLeast.parts || arrows.total < insideAtLeast.arrows) return [];
    return [{ folder, ...inside }];
  });
}

function partsOf(subject: Subject, units: readonly Unit[]): Omit<PackageMap, "split" | "insides"> {
  const arrows = arrowsBetween(subject, units);
  const graph = units.map(({ folder }) =>
    arrows.filter(({ from }) => from === folder).map(({ to }) => indexOf(units, to)),
  );
  const layer = layersOf(graph);
  const packages = units.map(
    (unit, at): PackageFact => ({
      name: unit.name,
      folder: unit.folder,
      place: { path: unit.manifest?.path ?? unit.sources[0]?.path ?? "", line: 1 },
      files: unit.sources.length,
      codeLines: sum(unit.sources, "codeLines"),
      layer: layer[at] ?? 0,
      importedBy: arrows.filter(({ to }) => to === unit.folder).length,
    }),
  );
  const order = (a: PackageFact, b: PackageFact) =>
    b.layer - a.layer || b.codeLines - a.codeLines || byText(a.folder, b.folder);
  return { packages: top(packages.sort(order)), arrows: top(marked(arrows, units, graph), 300) };
}

function indexOf(units: readonly Unit[], folder: string): number {
  return units.findIndex((unit) => unit.folder === folder);
}

type Arrow = Omit<PackageArrow, "cyclic">;

function arrowsBetween(subject: Subject, units: readonly Unit[]): Arrow[] {
  const folderOf = new Map(
    units.flatMap(({ folder, sources }) => sources.map(({ file }) => [file, folder] as const)),
  );
  const arrows = new Map<string, Arrow>();
  for (const [file, from] of [...folderOf].sort(([a], [b]) => a - b)) {
    for (const site of subject.index.imports[file] ?? []) {
      if (site.target.type !== "files") continue;
      for (const to of new Set(site.target.files.map((target) => folderOf.get(target)))) {
        if (to === undefined || to === from) continue;
        const key = `${from}\0${to}`;
        const place = placeOf(subject, file, site.line);
        const arrow = arrows.get(key) ?? { from, to, imports: 0, place };
        arrows.set(key, { ...arrow, imports: arrow.imports + 1 });
      }
    }
  }
  return [...arrows.values()];
}

function marked(arrows: Arrow[], units: readonly Unit[], graph: number[][]): PackageArrow[] {
  const circles = circlesOf(graph);
  const circle = new Map(units.map(({ folder }, at) => [folder, circles[at]]));
  return arrows
    .map((arrow) => ({ ...arrow, cyclic: circle.get(arrow.from) === circle.get(arrow.to) }))
    .sort((a, b) => b.imports - a.imports || byText(a.from, b.from) || byText(a.to, b.to));
}
