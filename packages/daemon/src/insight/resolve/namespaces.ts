import type { ImportTarget, Manifest } from "../index-types.ts";
import type { ImportSite } from "../lex/types.ts";
import { asObject, dirOf, stringsOf } from "../manifests/manifest-file.ts";
import { joinPath, type TreePaths, under } from "./tree-paths.ts";
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

/** Where `using` of C# leads: to all files of the namespace; which of them is meant, names tell. */
export function createCsharpResolver(tree: ResolvableTree): Resolve {
  const { namespaces, types } = declaredIn(tree, /\.csx?$/, ".");
  return (_importer, { specifier }) => {
    const path = specifier.replace(/^global::/, "");
    const files = namespaces.get(path) ?? types.get(path);
    if (files) return toFiles(files) ?? unresolved;
    const [first = "", second] = path.split(".");
    if (first === "System" || path.startsWith("Microsoft.CSharp")) return toBuiltin(path);
    if ([...namespaces.keys()].some((name) => name.startsWith(`${path}.`))) return unresolved;
    return first === "" ? unresolved : toPackage(second ? `${first}.${second}` : first);
  };
}

/** Where `use`, `require` and `include` of PHP lead: by PSR-4, by declared names, by paths. */
export function createPhpResolver(tree: ResolvableTree): Resolve {
  const { namespaces, types } = declaredIn(tree, /\.(?:php|inc|phtml)$/, "\\");
  const prefixes = autoloaded(tree);
  const required = vendors(tree.manifests);
  return (importer, site) => {
    if (/\.(?:php|inc|phtml)$/.test(site.specifier)) return byPath(importer, site, tree.paths);
    const name = site.specifier.replace(/^\\/, "");
    const found =
      toFile(byPrefix(name, prefixes, tree.paths)) ??
      toFiles(types.get(name) ?? namespaces.get(name) ?? []);
    return found ?? outside(name, required);
  };
}

function outside(name: string, required: readonly string[]): ImportTarget {
  const [vendor = ""] = name.split("\\");
  if (!name.includes("\\")) return toBuiltin(name);
  const lower = vendor.toLowerCase();
  const known = required.find((one) =>
    one.split("/").some((part) => part.replaceAll("-", "") === lower),
  );
  return toPackage(known ?? vendor);
}

function byPath({ path }: Importer, { specifier }: ImportSite, paths: TreePaths): ImportTarget {
  const plain = specifier.replace(/^\//, "");
  const beside = joinPath(dirOf(path), plain);
  const fromRoot = joinPath("", plain);
  const [only, ...more] = fromRoot ? paths.endingIn(fromRoot) : [];
  const file =
    (beside === undefined ? undefined : paths.numberOf(beside)) ??
    (fromRoot === undefined ? undefined : paths.numberOf(fromRoot)) ??
    (more.length === 0 ? only : undefined);
  return toFile(file) ?? unresolved;
}

type Prefix = readonly [prefix: string, folder: string];

function byPrefix(name: string, prefixes: readonly Prefix[], paths: TreePaths): number | undefined {
  for (const [prefix, folder] of prefixes) {
    if (!name.startsWith(prefix)) continue;
    const rest = name.slice(prefix.length).replaceAll("\\", "/");
    const found = paths.numberOf(under(folder, `${rest}.php`));
    if (found !== undefined) return found;
  }
  return undefined;
}

function autoloaded({ manifests, readText }: ResolvableTree): Prefix[] {
  const composers = manifests.filter(({ ecosystem }) => ecosystem === "composer");
  const prefixes = composers.flatMap(({ path, dir }) => {
    const json = parseJson(readText(path));
    return [json.autoload, json["autoload-dev"]].flatMap((autoload) =>
      Object.entries(asObject(asObject(autoload)["psr-4"])).flatMap(([prefix, folders]) =>
        (typeof folders === "string" ? [folders] : stringsOf(folders)).map(
          (folder): Prefix => [prefix, joinPath(dir, folder) ?? dir],
        ),
      ),
    );
  });
  return prefixes.sort(([a], [b]) => b.length - a.length);
}

function parseJson(text: string | undefined) {
  try {
    return asObject(JSON.parse(text ?? "null"));
  } catch {
    return {};
  }
}

function vendors(manifests: readonly Manifest[]): string[] {
  const composers = manifests.filter(({ ecosystem }) => ecosystem === "composer");
  return [
    ...new Set(composers.flatMap(({ dependencies }) => dependencies.map(({ name }) => name))),
  ];
}

/** The files by the namespace they declare, and by the full names of the types in them. */
function declaredIn({ paths, symbolsOf }: ResolvableTree, ending: RegExp, separator: string) {
  const namespaces = new Map<string, number[]>();
  const types = new Map<string, number[]>();
  const add = (map: Map<string, number[]>, key: string, file: number) => {
    const known = map.get(key);
    if (known) known.push(file);
    else map.set(key, [file]);
  };
  for (const [file, path] of paths.paths.entries()) {
    const symbols = ending.test(path) ? symbolsOf(file) : undefined;
    if (!symbols) continue;
    const { packageName = "", definitions } = symbols;
    if (packageName !== "") add(namespaces, packageName, file);
    const prefix = packageName === "" ? "" : packageName + separator;
    const own = new Set(
      definitions.flatMap(({ name, container }) => (container === undefined ? [name] : [])),
    );
    for (const name of own) add(types, prefix + name, file);
  }
  return { namespaces, types };
}
