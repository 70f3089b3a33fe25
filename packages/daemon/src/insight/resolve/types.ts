import type { ImportTarget, Manifest, Symbols } from "../index-types.ts";
import type { ImportSite } from "../lex/types.ts";
import type { TreePaths } from "./tree-paths.ts";

/** What resolution may ask about a tree. */
export interface ResolvableTree {
  readonly paths: TreePaths;
  readonly manifests: readonly Manifest[];
  readonly symbolsOf: (file: number) => Symbols | undefined;
  readonly readText: (path: string) => string | undefined;
}

/** The file that imports. */
export interface Importer {
  readonly number: number;
  readonly path: string;
  readonly symbols: Symbols;
}

/** Where an import leads, for one family of languages. */
export type Resolve = (importer: Importer, site: ImportSite) => ImportTarget;

export const unresolved: ImportTarget = { type: "unresolved" };

export function toFiles(files: readonly number[]): ImportTarget | undefined {
  return files.length > 0 ? { type: "files", files } : undefined;
}

export function toFile(file: number | undefined): ImportTarget | undefined {
  return file === undefined ? undefined : { type: "files", files: [file] };
}

export function toPackage(name: string): ImportTarget {
  return { type: "package", name };
}

export function toBuiltin(name: string): ImportTarget {
  return { type: "builtin", name };
}
