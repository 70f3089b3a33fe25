import type { ImportTarget, Manifest } from "../index-types.ts";
import { baseOf } from "../manifests/manifest-file.ts";
import {
  type ResolvableTree,
  type Resolve,
  toBuiltin,
  toFiles,
  toPackage,
  unresolved,
} from "./types.ts";

const builtin =
  /^(?:javax?|jdk|sun|com\.sun|kotlin|org\.w3c\.dom|org\.xml\.sax|org\.ietf\.jgss)(?:\.|$)/;

/** Where imports of Java and Kotlin lead: to the file that declares the class or the function. */
export function createJvmResolver(tree: ResolvableTree): Resolve {
  const names = namesOf(tree);
  const groups = groupsOf(tree.manifests);
  return (_importer, site) =>
    inTree(site.specifier, site.names.includes("*"), names) ?? outside(site.specifier, groups);
}

interface Names {
  readonly declared: ReadonlyMap<string, readonly number[]>;
  readonly packages: ReadonlyMap<string, readonly number[]>;
}

/** A nested class, or a static member, is in the file of the class around it. */
function inTree(path: string, wildcard: boolean, names: Names): ImportTarget | undefined {
  const whole = wildcard ? names.packages.get(path) : undefined;
  if (whole) return toFiles(whole);
  // A class of the default package cannot be imported, so a name without a dot is no class.
  for (let name = path; name.includes("."); name = name.slice(0, name.lastIndexOf("."))) {
    const files = names.declared.get(name);
    if (files) return toFiles(files);
  }
  return undefined;
}

function outside(path: string, groups: readonly Group[]): ImportTarget {
  if (builtin.test(path)) return toBuiltin(path.split(".").slice(0, 2).join("."));
  const group = groups.find(({ id }) => path === id || path.startsWith(`${id}.`));
  if (group) return toPackage(group.name);
  const parts = path.split(".").filter((part) => /^[a-z]/.test(part));
  return parts.length > 1 ? toPackage(parts.slice(0, 3).join(".")) : unresolved;
}

function namesOf({ paths, symbolsOf }: ResolvableTree): Names {
  const declared = new Map<string, number[]>();
  const packages = new Map<string, number[]>();
  for (const [file, path] of paths.paths.entries()) {
    if (!/\.(?:java|kts?)$/.test(path)) continue;
    const symbols = symbolsOf(file);
    if (!symbols) continue;
    const prefix = symbols.packageName === undefined ? "" : `${symbols.packageName}.`;
    add(packages, symbols.packageName ?? "", file);
    const own = new Set([baseOf(path).replace(/\.\w+$/, "")]);
    for (const { name, container } of symbols.definitions)
      if (container === undefined) own.add(name);
    for (const name of own) add(declared, prefix + name, file);
  }
  return { declared, packages };
}

function add(map: Map<string, number[]>, key: string, file: number): void {
  const known = map.get(key);
  if (known) known.push(file);
  else map.set(key, [file]);
}

interface Group {
  readonly id: string;
  readonly name: string;
}

/** Dependencies by their group, which mostly is how their packages begin; the longest first. */
function groupsOf(manifests: readonly Manifest[]): Group[] {
  const groups = new Map<string, string>();
  for (const { ecosystem, dependencies } of manifests) {
    if (ecosystem !== "maven" && ecosystem !== "gradle") continue;
    for (const { name } of dependencies) {
      const [id = "", artifact = ""] = name.split(":");
      if (!groups.has(id)) groups.set(id, name);
      groups.set(`${id}.${artifact.replaceAll("-", ".")}`, name);
    }
  }
  return [...groups].map(([id, name]) => ({ id, name })).sort((a, b) => b.id.length - a.id.length);
}
