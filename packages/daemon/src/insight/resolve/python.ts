import type { ImportTarget } from "../index-types.ts";
import type { ImportSite } from "../lex/types.ts";
import { baseOf, dirOf } from "../manifests/manifest-file.ts";
import { pythonModules } from "./builtin-names.ts";
import { type TreePaths, under, upwards } from "./tree-paths.ts";
import {
  type Importer,
  type ResolvableTree,
  type Resolve,
  toBuiltin,
  toFiles,
  toPackage,
  unresolved,
} from "./types.ts";

const rootFiles = /^(?:pyproject\.toml|setup\.py|setup\.cfg)$/;

/** Where imports of Python lead: packages, namespace packages, `src` folders, scripts' neighbours. */
export function createPythonResolver({ paths }: ResolvableTree): Resolve {
  const roots = sourceRoots(paths);
  const having = new Map<string, readonly string[]>();
  const rootsOf = (top: string): readonly string[] => {
    const known = having.get(top) ?? roots.filter((root) => isModule(under(root, top), paths));
    having.set(top, known);
    return known;
  };
  return (importer, site) => {
    const relative = /^(\.+)(.*)$/.exec(site.specifier);
    if (relative) return resolveRelative(importer, site, relative, paths);
    const path = site.specifier.replaceAll(".", "/");
    const ours = rootsOf(site.specifier.split(".", 1)[0] ?? "");
    for (const root of nearestFirst(ours, importer.path)) {
      const found = moduleFiles(under(root, path), site.names, paths);
      if (found) return found;
    }
    return outside(importer, site, { path, paths, isOurs: ours.length > 0 });
  };
}

function resolveRelative(
  { path }: Importer,
  { names }: ImportSite,
  [, dots = "", rest = ""]: RegExpExecArray,
  paths: TreePaths,
): ImportTarget {
  const folder = [...upwards(dirOf(path))][dots.length - 1];
  if (folder === undefined) return unresolved;
  return moduleFiles(under(folder, rest.replaceAll(".", "/")), names, paths) ?? unresolved;
}

/** No root has it: the neighbour of a script, what Python brings, or what was installed. */
function outside(
  importer: Importer,
  { specifier, names }: ImportSite,
  { path, paths, isOurs }: { path: string; paths: TreePaths; isOurs: boolean },
): ImportTarget {
  const [top = ""] = specifier.split(".");
  if (pythonModules.has(top)) return toBuiltin(top);
  const folder = dirOf(importer.path);
  const inPackage = paths.numberOf(under(folder, "__init__.py")) !== undefined;
  const beside = inPackage ? undefined : moduleFiles(under(folder, path), names, paths);
  if (beside) return beside;
  return isOurs ? unresolved : toPackage(top);
}

/** The files of a module, and of those of its names that are modules themselves. */
function moduleFiles(
  path: string,
  names: readonly string[],
  paths: TreePaths,
): ImportTarget | undefined {
  const self = moduleFile(path, paths);
  const inner = names.map((name) => moduleFile(under(path, name), paths));
  const files = inner.filter((file) => file !== undefined);
  if (self !== undefined && (inner.length === 0 || inner.includes(undefined))) files.unshift(self);
  if (files.length > 0) return toFiles([...new Set(files)]);
  if (self !== undefined) return toFiles([self]);
  return names.length === 0 ? toFiles(namespaceFiles(path, paths)) : undefined;
}

function moduleFile(path: string, paths: TreePaths): number | undefined {
  return (
    paths.numberOf(under(path, "__init__.py")) ??
    paths.numberOf(`${path}.py`) ??
    paths.numberOf(under(path, "__init__.pyi")) ??
    paths.numberOf(`${path}.pyi`)
  );
}

/** A folder without `__init__.py` is a package as well; importing it alone runs nothing. */
function namespaceFiles(path: string, paths: TreePaths): number[] {
  const files = paths.isFolder(path) ? paths.filesIn(path) : [];
  return files.filter((file) => paths.pathOf(file).endsWith(".py"));
}

/** A folder counts even where only folders are in it: namespaces are made of such. */
function isModule(path: string, paths: TreePaths): boolean {
  return moduleFile(path, paths) !== undefined || paths.isFolder(path);
}

/** Folders from which names of modules count: roots of projects, their `src`, parents of packages. */
function sourceRoots(paths: TreePaths): string[] {
  const roots = new Set(["", "src", "lib"]);
  for (const path of paths.paths) {
    const name = baseOf(path);
    const folder = dirOf(path);
    if (rootFiles.test(name)) {
      roots.add(folder);
      roots.add(under(folder, "src"));
    }
    if (name !== "__init__.py" || folder === "") continue;
    const parent = dirOf(folder);
    if (paths.numberOf(under(parent, "__init__.py")) === undefined) roots.add(parent);
  }
  return [...roots].filter((root) => paths.isFolder(root));
}

/** The root that the importing file lies deepest in is heard first. */
function nearestFirst(roots: readonly string[], path: string): string[] {
  const around = (root: string) => root === "" || path.startsWith(`${root}/`);
  const near = roots.filter(around).sort((a, b) => b.length - a.length);
  return [...near, ...roots.filter((root) => !around(root))];
}
