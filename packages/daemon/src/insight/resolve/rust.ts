import type { ImportTarget } from "../index-types.ts";
import type { ImportSite } from "../lex/types.ts";
import { baseOf, dirOf } from "../manifests/manifest-file.ts";
import { type TreePaths, under, upwards } from "./tree-paths.ts";
import {
  type Importer,
  type ResolvableTree,
  type Resolve,
  toBuiltin,
  toFile,
  toFiles,
  toPackage,
  unresolved,
} from "./types.ts";

const builtins = new Set(["std", "core", "alloc", "proc_macro", "test"]);

interface Crate {
  readonly name: string;
  readonly dir: string;
  readonly library: number | undefined;
  readonly dependencies: ReadonlySet<string>;
}

/** A module: its file, and the folder in which its children are. */
interface Module {
  readonly file: number;
  readonly folder: string;
}

/** Where `mod` and `use` of Rust lead: modules of a crate, crates of the workspace, others. */
export function createRustResolver(tree: ResolvableTree): Resolve {
  const crates = cratesOf(tree);
  const { paths } = tree;
  return (importer, site) => {
    const here = moduleAt(importer, paths);
    if (site.kind === "module")
      return toFile(childOf(here, site.specifier, paths)?.file) ?? unresolved;
    const parts = site.specifier.split("::").filter((part) => part !== "");
    const crate = crateOf(importer.path, crates);
    return resolveUse(parts, site, { here, crate, crates, paths });
  };
}

interface Place {
  readonly here: Module;
  readonly crate: Crate | undefined;
  readonly crates: readonly Crate[];
  readonly paths: TreePaths;
}

function resolveUse(parts: readonly string[], site: ImportSite, place: Place): ImportTarget {
  const { here, crate, crates, paths } = place;
  const [first = "", ...rest] = parts;
  const from = (module: Module | undefined, steps: readonly string[]) =>
    module ? walk(module, steps, site.names, paths) : unresolved;
  if (first === "crate") return from(rootOf(here, crate, paths), rest);
  if (first === "self") return from(here, rest);
  if (first === "super") {
    const ups = parts.findIndex((part) => part !== "super");
    const count = ups < 0 ? parts.length : ups;
    return from(above(here, count, paths), parts.slice(count));
  }
  if (builtins.has(first)) return toBuiltin(first);
  if (childOf(here, first, paths)) return from(here, parts);
  const known = crates.find(({ name }) => name === first);
  if (known?.library !== undefined) return from(asRoot(known.library, paths), rest);
  if (crate?.dependencies.has(first)) return toPackage(first.replaceAll("_", "-"));
  // A type of this file, as in `use Shape::*`.
  if (/^[A-Z]/.test(first)) return { type: "files", files: [here.file] };
  return /^[a-z_]\w*$/.test(first) ? toPackage(first.replaceAll("_", "-")) : unresolved;
}

/** Goes down as far as there are files, then looks for the names there. */
function walk(
  start: Module,
  steps: readonly string[],
  names: readonly string[],
  paths: TreePaths,
): ImportTarget {
  let module = start;
  for (const step of steps) {
    const next = childOf(module, step, paths);
    if (!next) return { type: "files", files: [module.file] };
    module = next;
  }
  const inner = names.map((name) => childOf(module, name, paths)?.file ?? module.file);
  return toFiles([...new Set(inner.length > 0 ? inner : [module.file])]) ?? unresolved;
}

function childOf(module: Module, name: string, paths: TreePaths): Module | undefined {
  const folder = under(module.folder, name.replace(/^r#/, ""));
  const file = paths.numberOf(`${folder}.rs`) ?? paths.numberOf(`${folder}/mod.rs`);
  return file === undefined ? undefined : { file, folder };
}

const rootNames = new Set(["lib.rs", "main.rs", "mod.rs", "build.rs"]);

function moduleAt({ number, path }: Importer, paths: TreePaths): Module {
  const folder = dirOf(path);
  const owns = rootNames.has(baseOf(path)) || isOwnRoot(path, paths);
  return { file: number, folder: owns ? folder : path.replace(/\.rs$/, "") };
}

/** Each file in `src/bin`, `tests`, `examples` and `benches` is a crate of its own. */
function isOwnRoot(path: string, paths: TreePaths): boolean {
  const [, dir = "", kind] =
    /^(?:(.*)\/)?(src\/bin|tests|examples|benches)\/[^/]+\.rs$/.exec(path) ?? [];
  return kind !== undefined && paths.numberOf(under(dir, "Cargo.toml")) !== undefined;
}

function asRoot(file: number, paths: TreePaths): Module {
  return { file, folder: dirOf(paths.pathOf(file)) };
}

/** The root of the crate that a module belongs to. */
function rootOf(here: Module, crate: Crate | undefined, paths: TreePaths): Module | undefined {
  if (isOwnRoot(paths.pathOf(here.file), paths)) return here;
  const src = crate ? under(crate.dir, "src") : "src";
  const file =
    crate?.library ?? paths.numberOf(under(src, "lib.rs")) ?? paths.numberOf(under(src, "main.rs"));
  return file === undefined ? undefined : asRoot(file, paths);
}

function above(here: Module, levels: number, paths: TreePaths): Module | undefined {
  let folder = here.folder;
  for (let level = 0; level < levels; level += 1) folder = dirOf(folder);
  const named = paths.numberOf(`${folder}.rs`);
  const roots = ["mod.rs", "lib.rs", "main.rs"].map((name) => paths.numberOf(under(folder, name)));
  const file = named ?? roots.find((root) => root !== undefined);
  return file === undefined ? undefined : { file, folder };
}

function crateOf(path: string, crates: readonly Crate[]): Crate | undefined {
  for (const folder of upwards(dirOf(path))) {
    const found = crates.find(({ dir }) => dir === folder);
    if (found) return found;
  }
  return undefined;
}

function cratesOf({ manifests, paths }: ResolvableTree): Crate[] {
  return manifests.flatMap(({ ecosystem, name, dir, entries, dependencies }) => {
    if (ecosystem !== "cargo" || name === undefined) return [];
    const declared = entries.find(({ kind }) => kind === "main")?.target;
    const library = paths.numberOf(under(dir, declared ?? "src/lib.rs"));
    const wanted = new Set(dependencies.map((one) => one.name.replaceAll("-", "_")));
    return [{ name: name.replaceAll("-", "_"), dir, library, dependencies: wanted }];
  });
}
