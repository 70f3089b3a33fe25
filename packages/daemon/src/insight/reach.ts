import type { BuiltIndex } from "./built-index.ts";
import { cycles, reachable, shortestPath } from "./graph/reach.ts";
import { families } from "./resolve/index.ts";

/** An import between two files of the tree, and where it is written. */
export interface ImportStep {
  readonly from: string;
  readonly to: string;
  readonly line: number;
}

export interface Cycle {
  /** All files that reach each other. */
  readonly files: readonly string[];
  /** A shortest way round through the first of them. */
  readonly round: readonly ImportStep[];
}

/** In these families files of a package see each other without an import. */
const seenWithoutImport = new Set(["go", "jvm", "csharp", "swift", "php", "ruby", "c", "rust"]);

/** The files that a file imports, each with the line of its first import. */
export function importsOf(index: BuiltIndex, file: number): ReadonlyMap<number, number> {
  const found = new Map<number, number>();
  for (const { target, line } of index.imports[file] ?? []) {
    if (target.type !== "files") continue;
    for (const to of target.files) if (to !== file && !found.has(to)) found.set(to, line);
  }
  return found;
}

/** The files that import each file. */
export function importersOf(index: BuiltIndex): readonly (readonly number[])[] {
  const importers: number[][] = index.files.map(() => []);
  for (const file of index.files.keys()) {
    for (const to of importsOf(index, file).keys()) importers[to]?.push(file);
  }
  return importers;
}

/** The shortest chain of imports by which one file comes to use another. */
export function whyImported(index: BuiltIndex, from: number, to: number): ImportStep[] | undefined {
  const path = shortestPath(from, to, (file) => [...importsOf(index, file).keys()]);
  return path && stepsOf(index, path);
}

function stepsOf(index: BuiltIndex, path: readonly number[]): ImportStep[] {
  return path.slice(1).map((to, at) => {
    const from = path[at] ?? to;
    const line = importsOf(index, from).get(to) ?? 0;
    return { from: index.files[from]?.path ?? "", to: index.files[to]?.path ?? "", line };
  });
}

/** The cycles of imports that are there when the program runs, the largest first. */
export function importCycles(index: BuiltIndex): Cycle[] {
  const next = (file: number) => [...runningImports(index, file).keys()];
  return cycles(index.files.length, next).map((group) => {
    const within = new Set(group);
    const inside = (file: number) => next(file).filter((to) => within.has(to));
    const [first = 0] = group;
    const rounds = inside(first).flatMap((to) => {
      const back = shortestPath(to, first, inside);
      return back ? [[first, ...back]] : [];
    });
    const [path = []] = rounds.sort((a, b) => a.length - b.length);
    return {
      files: group.map((file) => index.files[file]?.path ?? ""),
      round: stepsOf(index, path),
    };
  });
}

function runningImports(index: BuiltIndex, file: number): ReadonlySet<number> {
  const found = new Set<number>();
  for (const { target, kind } of index.imports[file] ?? []) {
    if (target.type !== "files" || kind === "type") continue;
    for (const to of target.files) if (to !== file) found.add(to);
  }
  return found;
}

/** The files that a change of these may break, themselves included, the nearest first. */
export function affectedBy(index: BuiltIndex, files: readonly number[]): number[] {
  const importers = importersOf(index);
  return reachable(files, (file) => {
    const language = index.files[file]?.symbols?.language;
    const named = language !== undefined && seenWithoutImport.has(families[language]);
    const users = named ? index.edgesTo(file).map(({ from }) => from) : [];
    return [...(importers[file] ?? []), ...users];
  });
}
