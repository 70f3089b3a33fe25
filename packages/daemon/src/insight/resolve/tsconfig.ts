import { parse } from "jsonc-parser";
import { asObject, asString, dirOf, type Json, stringsOf } from "../manifests/manifest-file.ts";
import { joinPath, type TreePaths, under, upwards } from "./tree-paths.ts";

/** What of a tsconfig.json decides where imports lead. */
export interface TsConfig {
  readonly path: string;
  /** Absolute within the tree; absent where none is set. */
  readonly baseUrl?: string;
  readonly paths: readonly PathMapping[];
  /** The configurations that it refers to. */
  readonly references: readonly string[];
}

export interface PathMapping {
  readonly pattern: string;
  /** Within the tree, each with the star of the pattern. */
  readonly targets: readonly string[];
}

interface Source {
  readonly paths: TreePaths;
  readonly readText: (path: string) => string | undefined;
  /** The folder of a package of the tree, for `extends`. */
  readonly packageFolder: (name: string) => string | undefined;
}

/** Reads the configurations of a tree, each once. */
export class TsConfigs {
  readonly #source: Source;
  readonly #read = new Map<string, TsConfig | undefined>();
  readonly #nearest = new Map<string, TsConfig | undefined>();

  constructor(source: Source) {
    this.#source = source;
  }

  /** The configuration nearest to a folder, as an editor chooses it. */
  nearest(folder: string): TsConfig | undefined {
    const known = this.#nearest.get(folder);
    if (known || this.#nearest.has(folder)) return known;
    const found = this.#find(folder);
    this.#nearest.set(folder, found);
    return found;
  }

  at(path: string): TsConfig | undefined {
    return this.#load(path, new Set());
  }

  #find(folder: string): TsConfig | undefined {
    for (const here of upwards(folder)) {
      for (const name of ["tsconfig.json", "jsconfig.json"]) {
        const path = under(here, name);
        if (this.#source.paths.numberOf(path) !== undefined) return this.at(path);
      }
    }
    return undefined;
  }

  #load(path: string, loading: Set<string>): TsConfig | undefined {
    if (this.#read.has(path)) return this.#read.get(path);
    if (loading.has(path)) return undefined;
    const config = this.#parse(path, new Set([...loading, path]));
    this.#read.set(path, config);
    return config;
  }

  #parse(path: string, loading: Set<string>): TsConfig | undefined {
    const text = this.#source.readText(path);
    if (text === undefined) return undefined;
    const json = asObject(parse(text, [], { allowTrailingComma: true }));
    const options = asObject(json.compilerOptions);
    const folder = dirOf(path);
    const inherited = this.#inherited(json.extends, folder, loading);
    const ownBase = asString(options.baseUrl);
    const baseUrl =
      ownBase === undefined ? inherited?.baseUrl : joinPath(folder, withConfigDir(ownBase));
    return {
      path,
      ...(baseUrl !== undefined && { baseUrl }),
      paths:
        options.paths === undefined
          ? (inherited?.paths ?? [])
          : mappingsOf(asObject(options.paths), baseUrl ?? folder),
      references: this.#references(json.references, folder),
    };
  }

  /** Later ones of several win. */
  #inherited(value: Json | undefined, folder: string, loading: Set<string>): TsConfig | undefined {
    const names = typeof value === "string" ? [value] : stringsOf(value);
    const bases = names.flatMap((name) => {
      const path = this.#extended(name, folder);
      const config = path === undefined ? undefined : this.#load(path, loading);
      return config ? [config] : [];
    });
    return bases.reduce<TsConfig | undefined>((merged, base) => {
      const baseUrl = base.baseUrl ?? merged?.baseUrl;
      const paths = base.paths.length > 0 ? base.paths : (merged?.paths ?? []);
      return { ...base, ...(baseUrl !== undefined && { baseUrl }), paths };
    }, undefined);
  }

  #extended(name: string, folder: string): string | undefined {
    const base = name.startsWith(".") ? joinPath(folder, name) : this.#inPackage(name);
    return base === undefined
      ? undefined
      : this.#existing([base, `${base}.json`, under(base, "tsconfig.json")]);
  }

  #inPackage(name: string): string | undefined {
    const [, owner = "", rest = ""] = /^(@[^/]+\/[^/]+|[^/]+)\/?(.*)$/.exec(name) ?? [];
    const folder = this.#source.packageFolder(owner);
    return folder === undefined ? undefined : under(folder, rest);
  }

  #references(value: Json | undefined, folder: string): string[] {
    const entries = Array.isArray(value) ? value : [];
    return entries.flatMap((entry) => {
      const target = joinPath(folder, asString(asObject(entry).path) ?? "");
      const found =
        target === undefined ? undefined : this.#existing([target, under(target, "tsconfig.json")]);
      return found === undefined ? [] : [found];
    });
  }

  #existing(paths: readonly string[]): string | undefined {
    return paths.find((path) => this.#source.paths.numberOf(path) !== undefined);
  }
}

function withConfigDir(path: string): string {
  return path.replace(/^\$\{configDir\}\/?/, "./");
}

function mappingsOf(paths: Readonly<Record<string, Json>>, base: string): PathMapping[] {
  return Object.entries(paths).map(([pattern, targets]) => ({
    pattern,
    targets: stringsOf(targets).flatMap((target) => joinPath(base, withConfigDir(target)) ?? []),
  }));
}

/** The targets of the pattern that fits best: an exact one, or the one with the longest start. */
export function mapSpecifier(paths: readonly PathMapping[], specifier: string): string[] {
  const exact = paths.find(({ pattern }) => pattern === specifier);
  if (exact) return [...exact.targets];
  let best: { mapping: PathMapping; before: number; star: string } | undefined;
  for (const mapping of paths) {
    const at = mapping.pattern.indexOf("*");
    if (at < 0 || (best && at <= best.before)) continue;
    const [before, after] = [mapping.pattern.slice(0, at), mapping.pattern.slice(at + 1)];
    const fits = specifier.startsWith(before) && specifier.endsWith(after);
    if (!fits || specifier.length < before.length + after.length) continue;
    best = { mapping, before: at, star: specifier.slice(at, specifier.length - after.length) };
  }
  const found = best;
  return found ? found.mapping.targets.map((target) => target.replace("*", found.star)) : [];
}
