import type { NpmPackages } from "./npm-packages.ts";
import { joinPath, type TreePaths, under } from "./tree-paths.ts";

/** In which order endings are tried: a TypeScript file means the source, a script what runs. */
export interface Endings {
  /** Behind a name that has none. */
  readonly added: readonly string[];
  /** In place of the ending that is written, where a file of that name is not what is meant. */
  readonly replaced: ReadonlyMap<string, readonly string[]>;
}

const typed = [".ts", ".tsx", ".d.ts", ".mts", ".cts", ".d.mts", ".d.cts"];
const plain = [".js", ".jsx", ".mjs", ".cjs"];
const other = [".json", ".vue", ".svelte", ".node"];

export const typescriptEndings: Endings = {
  added: [...typed, ...plain, ...other],
  replaced: new Map([
    [".js", [".ts", ".tsx", ".d.ts", ".js", ".jsx"]],
    [".jsx", [".tsx", ".d.ts", ".jsx"]],
    [".mjs", [".mts", ".d.mts", ".mjs"]],
    [".cjs", [".cts", ".d.cts", ".cjs"]],
  ]),
};

export const javascriptEndings: Endings = {
  added: [...plain, ...other, ...typed],
  replaced: new Map([
    [".js", [".js", ".ts", ".tsx", ".jsx"]],
    [".jsx", [".jsx", ".tsx"]],
    [".mjs", [".mjs", ".mts"]],
    [".cjs", [".cjs", ".cts"]],
  ]),
};

/** The file that a path without its ending, or of a folder, stands for. */
export function findFile(
  path: string,
  { paths, packages, endings }: FileSearch,
): number | undefined {
  return asFile(path, paths, endings) ?? asFolder(path, { paths, packages, endings });
}

export interface FileSearch {
  readonly paths: TreePaths;
  readonly packages: NpmPackages;
  readonly endings: Endings;
}

export function asFile(path: string, paths: TreePaths, endings: Endings): number | undefined {
  const dot = path.lastIndexOf(".");
  const replaced = dot > path.lastIndexOf("/") ? endings.replaced.get(path.slice(dot)) : undefined;
  if (replaced) {
    const found = firstOf(path.slice(0, dot), replaced, paths);
    if (found !== undefined) return found;
  }
  return paths.numberOf(path) ?? firstOf(path, endings.added, paths);
}

/** The main file of a folder, or its index. */
export function asFolder(folder: string, search: FileSearch): number | undefined {
  const { paths, packages, endings } = search;
  if (!paths.isFolder(folder)) return undefined;
  const main = packages.at(folder)?.main;
  const target = main === undefined ? undefined : joinPath(folder, main);
  if (target !== undefined && target !== folder) {
    const found =
      asFile(target, paths, endings) ?? firstOf(under(target, "index"), endings.added, paths);
    if (found !== undefined) return found;
  }
  return firstOf(under(folder, "index"), endings.added, paths);
}

function firstOf(stem: string, endings: readonly string[], paths: TreePaths): number | undefined {
  for (const ending of endings) {
    const found = paths.numberOf(stem + ending);
    if (found !== undefined) return found;
  }
  return undefined;
}
