import { matchesGlob } from "node:path";
import { asObject, asString, type Json, type JsonObject } from "../manifests/manifest-file.ts";
import { under, upwards } from "./tree-paths.ts";
import type { ResolvableTree } from "./types.ts";

/** What of a package.json decides where imports lead. */
export interface NpmPackage {
  readonly folder: string;
  readonly name: string | undefined;
  readonly main: string | undefined;
  readonly types: string | undefined;
  readonly exports: Json | undefined;
  readonly imports: JsonObject | undefined;
}

/** The packages of npm's kind in a tree, and which of them others can import by name. */
export class NpmPackages {
  readonly #tree: ResolvableTree;
  readonly #read = new Map<string, NpmPackage | undefined>();
  readonly #nearest = new Map<string, NpmPackage | undefined>();
  readonly #byName = new Map<string, NpmPackage>();

  constructor(tree: ResolvableTree) {
    this.#tree = tree;
    for (const folder of memberFolders(tree)) {
      const found = this.at(folder);
      if (found?.name !== undefined) this.#byName.set(found.name, found);
    }
  }

  /** The package in a folder itself. */
  at(folder: string): NpmPackage | undefined {
    if (this.#read.has(folder)) return this.#read.get(folder);
    const found = this.#parse(folder);
    this.#read.set(folder, found);
    return found;
  }

  /** The package that a folder belongs to. */
  nearest(folder: string): NpmPackage | undefined {
    if (this.#nearest.has(folder)) return this.#nearest.get(folder);
    let found: NpmPackage | undefined;
    for (const here of upwards(folder)) {
      found = this.at(here);
      if (found) break;
    }
    this.#nearest.set(folder, found);
    return found;
  }

  /** A member of a workspace, or a package that lies in a `node_modules` of the tree. */
  named(name: string, folder: string): NpmPackage | undefined {
    for (const here of upwards(folder)) {
      const installed = under(here, `node_modules/${name}`);
      if (this.#tree.paths.isFolder(installed)) return this.at(installed) ?? bare(installed);
    }
    return this.#byName.get(name);
  }

  #parse(folder: string): NpmPackage | undefined {
    const path = under(folder, "package.json");
    if (this.#tree.paths.numberOf(path) === undefined) return undefined;
    try {
      const json = asObject(JSON.parse(this.#tree.readText(path) ?? ""));
      return {
        folder,
        name: asString(json.name),
        main: asString(json.main),
        types: asString(json.types) ?? asString(json.typings),
        exports: json.exports,
        imports: json.imports === undefined ? undefined : asObject(json.imports),
      };
    } catch {
      return undefined;
    }
  }
}

function bare(folder: string): NpmPackage {
  const none = { name: undefined, main: undefined, types: undefined };
  return { folder, ...none, exports: undefined, imports: undefined };
}

/** The folders whose packages a workspace, or a `file:` or `link:`, gives a name to. */
function memberFolders(tree: ResolvableTree): string[] {
  const manifests = tree.manifests.filter(({ ecosystem }) => ecosystem === "npm");
  const folders = manifests
    .filter(({ path }) => path.endsWith("package.json"))
    .map(({ dir }) => dir);
  const found = new Set<string>();
  for (const { dir, members, dependencies } of manifests) {
    if (members.length > 0) found.add(dir);
    for (const folder of membersAmong(folders, dir, members)) found.add(folder);
    for (const { range } of dependencies) {
      const local = /^(?:file|link|portal):(?:\.\/)?(.*[^/])\/?$/.exec(range)?.[1];
      const folder = local === undefined ? undefined : normal(under(dir, local));
      if (folder !== undefined && folders.includes(folder)) found.add(folder);
    }
  }
  return [...found];
}

function normal(path: string): string {
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== ".") parts.push(part);
  }
  return parts.join("/");
}

/** Patterns with `!` take out what those before them let in. */
export function membersAmong(
  folders: readonly string[],
  dir: string,
  patterns: readonly string[],
): string[] {
  return folders.filter((folder) => {
    let member = false;
    for (const pattern of patterns) {
      const negated = pattern.startsWith("!");
      const glob = pattern
        .slice(negated ? 1 : 0)
        .replace(/^\.\//, "")
        .replace(/\/$/, "");
      if (matches(folder, under(dir, glob))) member = !negated;
    }
    return member;
  });
}

function matches(folder: string, glob: string): boolean {
  return /[*?[{]/.test(glob) ? matchesGlob(folder, glob) : folder === glob;
}
