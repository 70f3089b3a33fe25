import type { Manifest } from "../index-types.ts";
import { type TreePaths, under } from "./tree-paths.ts";
import {
  type ResolvableTree,
  type Resolve,
  toBuiltin,
  toFiles,
  toPackage,
  unresolved,
} from "./types.ts";

/** Where imports of Go lead: to the files of a package in one of the tree's modules. */
export function createGoResolver({ paths, manifests }: ResolvableTree): Resolve {
  const modules = manifests
    .filter(({ ecosystem, name }) => ecosystem === "go" && name !== undefined)
    .sort((a, b) => (b.name?.length ?? 0) - (a.name?.length ?? 0));
  const required = [
    ...new Set(modules.flatMap(({ dependencies }) => dependencies.map(({ name }) => name))),
  ].sort((a, b) => b.length - a.length);
  return (_importer, { specifier }) => {
    const own = modules.find(({ name }) => isIn(specifier, name ?? ""));
    if (own) return toFiles(packageFiles(own, specifier, paths)) ?? unresolved;
    const module = required.find((name) => isIn(specifier, name));
    if (module !== undefined) return toPackage(module);
    const [first = ""] = specifier.split("/");
    return first.includes(".") ? toPackage(moduleOf(specifier)) : toBuiltin(specifier);
  };
}

function packageFiles({ dir, name = "" }: Manifest, specifier: string, paths: TreePaths): number[] {
  const folder = under(dir, specifier.slice(name.length + 1));
  return paths.filesIn(folder).filter((file) => {
    const path = paths.pathOf(file);
    return path.endsWith(".go") && !path.endsWith("_test.go");
  });
}

function isIn(specifier: string, module: string): boolean {
  return specifier === module || specifier.startsWith(`${module}/`);
}

/** What the well-known hosts call a module; elsewhere all of the path. */
function moduleOf(specifier: string): string {
  const known =
    /^(?:(?:github|gitlab|bitbucket)\.(?:com|org)\/[^/]+\/[^/]+|golang\.org\/x\/[^/]+|gopkg\.in\/(?:[^/]+\/)?[^/]+\.v\d+)/;
  return known.exec(specifier)?.[0] ?? specifier;
}
