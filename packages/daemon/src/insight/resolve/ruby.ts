import type { Manifest } from "../index-types.ts";
import { dirOf } from "../manifests/manifest-file.ts";
import { rubyLibraries } from "./builtin-names.ts";
import { joinPath, type TreePaths, under } from "./tree-paths.ts";
import {
  type ResolvableTree,
  type Resolve,
  toBuiltin,
  toFile,
  toPackage,
  unresolved,
} from "./types.ts";

/** Where `require` and `require_relative` of Ruby lead: to `lib` folders, gems, or Ruby itself. */
export function createRubyResolver({ paths, manifests }: ResolvableTree): Resolve {
  const folders = loadFolders(paths);
  const gems = gemsOf(manifests);
  return ({ path }, { specifier }) => {
    if (/^\.\.?\//.test(specifier))
      return toFile(fileAt(joinPath(dirOf(path), specifier), paths)) ?? unresolved;
    for (const folder of folders) {
      const found = toFile(fileAt(under(folder, specifier), paths));
      if (found) return found;
    }
    const [first = ""] = specifier.split("/");
    if (gems.has(specifier)) return toPackage(specifier);
    const dashed = specifier.replaceAll("/", "-");
    if (gems.has(dashed)) return toPackage(dashed);
    if (gems.has(first)) return toPackage(first);
    return rubyLibraries.has(first) ? toBuiltin(first) : toPackage(first);
  };
}

function fileAt(path: string | undefined, paths: TreePaths): number | undefined {
  return path === undefined ? undefined : (paths.numberOf(path) ?? paths.numberOf(`${path}.rb`));
}

function loadFolders(paths: TreePaths): string[] {
  const folders = new Set(["lib", "test", "spec", ""]);
  for (const path of paths.paths) {
    const [, lib, app] =
      /^((?:.*?\/)?(?:lib|spec|test))\/|^((?:.*?\/)?app\/[^/]+)\//.exec(path) ?? [];
    const folder = lib ?? app;
    if (folder !== undefined) folders.add(folder);
  }
  return [...folders].filter((folder) => paths.isFolder(folder));
}

function gemsOf(manifests: readonly Manifest[]): ReadonlySet<string> {
  const bundled = manifests.filter(({ ecosystem }) => ecosystem === "bundler");
  return new Set(bundled.flatMap(({ dependencies }) => dependencies.map(({ name }) => name)));
}
