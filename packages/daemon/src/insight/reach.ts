import { reachable, shortestPath } from "./graph/reach.ts";
import type { TreeIndex } from "./index-types.ts";
import { families } from "./resolve/index.ts";

/** An import between two files of the tree, and where it is written. */
export interface ImportStep {
  readonly from: string;
  readonly to: string;
  readonly line: number;
}

/** In these families files see each other, or what each other declares, without an import. */
const seenWithoutImport = new Set(["go", "jvm", "csharp", "swift", "php", "ruby", "c", "rust"]);

/** The files that a file imports, each with the line of its first import. */
export function importsOf(index: TreeIndex, file: number): ReadonlyMap<number, number> {
  const found = new Map<number, number>();
  for (const { target, line } of index.imports[file] ?? []) {
    if (target.type !== "files") continue;
    for (const to of target.files) if (to !== file && !found.has(to)) found.set(to, line);
  }
  return found;
}

/** The files that import each file. */
export function importersOf(index: TreeIndex): readonly (readonly number[])[] {
  return turned(index, (file) => importsOf(index, file).keys());
}

/** The shortest chain of imports by which one file comes to use another. */
export function whyImported(index: TreeIndex, from: number, to: number): ImportStep[] | undefined {
  const path = shortestPath(from, to, (file) => [...importsOf(index, file).keys()]);
  return path && stepsOf(index, path);
}

function stepsOf(index: TreeIndex, path: readonly number[]): ImportStep[] {
  return path.slice(1).map((to, at) => {
    const from = path[at] ?? to;
    const line = importsOf(index, from).get(to) ?? 0;
    return { from: index.files[from]?.path ?? "", to: index.files[to]?.path ?? "", line };
  });
}

/** What a file may use: what it imports, and where names lead in languages that need no import. */
export function usesOf(index: TreeIndex, file: number): number[] {
  const imported = importsOf(index, file).keys();
  const language = index.files[file]?.symbols?.language;
  if (language === undefined || !seenWithoutImport.has(families[language])) return [...imported];
  const named = index.edgesFrom(file).map(({ to }) => to);
  return [...new Set([...imported, ...named])];
}

/** The files that a change of these may break, themselves included, the nearest first. */
export function affectedBy(index: TreeIndex, files: readonly number[]): number[] {
  const users = turned(index, (file) => usesOf(index, file));
  const packages = goPackages(index);
  return reachable(files, (file) => {
    return [...(users[file] ?? []), ...(packages.get(packageOf(index, file)) ?? [])];
  });
}

/** Tests of Go are compiled with all files of their folder, whatever they name of them. */
function goPackages(index: TreeIndex): ReadonlyMap<string | undefined, readonly number[]> {
  const tests = [...index.files.keys()].filter((file) =>
    index.files[file]?.path.endsWith("_test.go"),
  );
  return Map.groupBy(tests, (file) => packageOf(index, file));
}

function packageOf({ files }: TreeIndex, file: number): string | undefined {
  const { path = "", symbols } = files[file] ?? {};
  return symbols?.language === "go" ? path.slice(0, path.lastIndexOf("/") + 1) : undefined;
}

/** Who leads to each file. */
function turned(index: TreeIndex, next: (file: number) => Iterable<number>): number[][] {
  const found: number[][] = index.files.map(() => []);
  for (const from of index.files.keys()) for (const to of next(from)) found[to]?.push(from);
  return found;
}
