import { swiftModules } from "./builtin-names.ts";
import { type ResolvableTree, type Resolve, toBuiltin, toFiles, toPackage } from "./types.ts";

/** Where imports of Swift lead: to all files of a target, which is a folder of Swift's layout. */
export function createSwiftResolver({ paths }: ResolvableTree): Resolve {
  const targets = new Map<string, number[]>();
  for (const [file, path] of paths.paths.entries()) {
    const target = /(?:^|\/)(?:Sources|Tests)\/([^/]+)\/.*\.swift$/.exec(path)?.[1];
    if (target === undefined) continue;
    const known = targets.get(target);
    if (known) known.push(file);
    else targets.set(target, [file]);
  }
  return (_importer, { specifier }) => {
    const [module = ""] = specifier.split(".");
    const files = toFiles(targets.get(module) ?? []);
    return files ?? (swiftModules.has(module) ? toBuiltin(module) : toPackage(module));
  };
}
