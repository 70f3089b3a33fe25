import { dirOf } from "../manifests/manifest-file.ts";
import { systemHeaders } from "./builtin-names.ts";
import { joinPath, type TreePaths, under } from "./tree-paths.ts";
import {
  type ResolvableTree,
  type Resolve,
  toBuiltin,
  toFile,
  toPackage,
  unresolved,
} from "./types.ts";

/**
 * Where includes of C and C++ lead. Which folders a compiler is told of is not in the sources, so
 * they are guessed: the root, every `include` and `src`, and else the only file that ends so.
 */
export function createCResolver({ paths }: ResolvableTree): Resolve {
  const folders = includeFolders(paths);
  return ({ path }, { specifier, kind }) => {
    const own = joinPath(dirOf(path), specifier);
    const beside = own === undefined ? undefined : paths.numberOf(own);
    if (kind !== "system" && beside !== undefined) return { type: "files", files: [beside] };
    if (kind === "system" && isSystem(specifier)) return toBuiltin(specifier);
    const found = toFile(inFolders(specifier, path, { folders, paths }) ?? beside);
    if (found) return found;
    if (isSystem(specifier)) return toBuiltin(specifier);
    return kind === "system" ? toPackage(libraryOf(specifier)) : unresolved;
  };
}

function isSystem(specifier: string): boolean {
  return (
    systemHeaders.has(specifier) ||
    /^(?:sys|linux|arpa|netinet|netpacket|asm|bits|mach)\//.test(specifier)
  );
}

/** `boost` of `boost/asio.hpp`, `zlib` of `zlib.h`. */
function libraryOf(specifier: string): string {
  const [first = ""] = specifier.split("/");
  return first.replace(/\.\w+$/, "");
}

function inFolders(
  specifier: string,
  from: string,
  { folders, paths }: { folders: readonly string[]; paths: TreePaths },
): number | undefined {
  const plain = joinPath("", specifier.replace(/^(?:\.\.?\/)+/, ""));
  if (plain === undefined || plain === "") return undefined;
  const ending = paths.endingIn(plain);
  if (ending.length <= 1) return ending[0];
  const named = folders.flatMap((folder) => paths.numberOf(under(folder, plain)) ?? []);
  return nearest(named.length > 0 ? named : ending, from, paths);
}

/** The file that shares most of its folders with the one that includes it; none if two do alike. */
function nearest(files: readonly number[], from: string, paths: TreePaths): number | undefined {
  const shared = files.map((file) => sharedFolders(paths.pathOf(file), from));
  const most = Math.max(...shared);
  const best = files.filter((_, at) => shared[at] === most);
  return new Set(best).size === 1 ? best[0] : undefined;
}

function sharedFolders(a: string, b: string): number {
  const [left, right] = [dirOf(a).split("/"), dirOf(b).split("/")];
  let count = 0;
  while (count < left.length && left[count] === right[count]) count += 1;
  return count;
}

function includeFolders(paths: TreePaths): string[] {
  const folders = new Set([""]);
  for (const path of paths.paths) {
    const [, folder] = /^((?:.*\/)?(?:include|includes|inc|src|source|lib))\//.exec(path) ?? [];
    if (folder !== undefined) folders.add(folder);
  }
  return [...folders];
}
