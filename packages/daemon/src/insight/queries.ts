import { DaemonError } from "@heddle/protocol";
import type { BuiltIndex } from "./built-index.ts";
import type { ImportTarget } from "./index-types.ts";
import { type CodeMap, codeMap, type MapOptions } from "./map.ts";
import { type ImportStep, importersOf, importsOf, whyImported } from "./reach.ts";
import { findReferences, type SymbolReferences } from "./references.ts";
import { type AffectedTests, affectedTests, countTests } from "./test-files.ts";

/** An import of a file, with the paths that it leads to. */
export interface FileImport {
  readonly specifier: string;
  readonly line: number;
  readonly type: ImportTarget["type"];
  /** The files of the tree, or the name of the package or of the language's own module. */
  readonly to: readonly string[];
}

/** What can be asked about a tree. The answers are sent between threads. */
export const queries = {
  map: (index: BuiltIndex, options: MapOptions): CodeMap => codeMap(index, options),

  references: (index: BuiltIndex, { symbol }: { symbol: string }): SymbolReferences =>
    findReferences(index, symbol),

  imports: (index: BuiltIndex, { path }: { path: string }): FileImport[] =>
    (index.imports[fileAt(index, path)] ?? []).map(({ specifier, line, target }) => ({
      specifier,
      line,
      type: target.type,
      to: namesOf(index, target),
    })),

  importers: (index: BuiltIndex, { path }: { path: string }): ImportStep[] => {
    const file = fileAt(index, path);
    const from = importersOf(index)[file] ?? [];
    return from.map((one) => ({
      from: index.files[one]?.path ?? "",
      to: path,
      line: importsOf(index, one).get(file) ?? 0,
    }));
  },

  why: (index: BuiltIndex, { from, to }: { from: string; to: string }): ImportStep[] | null =>
    whyImported(index, fileAt(index, from), fileAt(index, to)) ?? null,

  affectedTests: (
    index: BuiltIndex,
    { paths }: { paths: readonly string[] },
  ): AffectedTests & { readonly of: number } => ({
    ...affectedTests(index, paths),
    of: countTests(index),
  }),
};

function fileAt(index: BuiltIndex, path: string): number {
  const file = index.numberOf(path);
  if (file !== undefined) return file;
  const advice = "name it from the root of the project, as `git ls-files` does";
  throw new DaemonError("notFound", `no file ${path} in the index: ${advice}`, { path });
}

function namesOf(index: BuiltIndex, target: ImportTarget): string[] {
  if (target.type === "unresolved") return [];
  if (target.type !== "files") return [target.name];
  return target.files.map((file) => index.files[file]?.path ?? "");
}
