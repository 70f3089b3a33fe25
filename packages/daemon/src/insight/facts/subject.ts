import type { CodePlace } from "@heddle/protocol";
import type { ResolvedImport, Symbols, TreeIndex } from "../index-types.ts";
import type { Language } from "../lex/types.ts";
import { isForTests } from "../test-files.ts";

/** One file imports another, where and how. */
export interface Link {
  readonly to: number;
  readonly site: ResolvedImport;
}

export interface Source {
  readonly file: number;
  readonly path: string;
  readonly language: Language;
  readonly symbols: Symbols;
  /** Whether it is there for tests. */
  readonly test: boolean;
}

/** An index as the facts look at it: its sources, and who imports whom. */
export interface Subject {
  readonly index: TreeIndex;
  /** The files that were read, in the order of their paths. */
  readonly sources: readonly Source[];
  /** By number; undefined for what is no source. */
  readonly sourceOf: (file: number) => Source | undefined;
  /** To each imported file the first import that leads there; one of a value before one of a type. */
  readonly imports: readonly (readonly Link[])[];
  readonly importers: readonly (readonly number[])[];
}

export function subjectOf(index: TreeIndex): Subject {
  const byNumber = index.files.map(({ path, language, symbols }, file): Source | undefined =>
    language && symbols
      ? { file, path, language, symbols, test: isForTests(path, language) }
      : undefined,
  );
  const imports = index.files.map((_, file) => linksOf(index.imports[file] ?? [], file));
  const importers: number[][] = index.files.map(() => []);
  for (const [from, links] of imports.entries()) {
    for (const { to } of links) importers[to]?.push(from);
  }
  const sources = byNumber.filter((source) => source !== undefined);
  return { index, sources, sourceOf: (file) => byNumber[file], imports, importers };
}

function linksOf(sites: readonly ResolvedImport[], from: number): Link[] {
  const first = new Map<number, Link>();
  for (const site of sites) {
    if (site.target.type !== "files") continue;
    for (const to of site.target.files) {
      const known = first.get(to);
      const better = known?.site.kind === "type" && site.kind !== "type";
      if (to !== from && (known === undefined || better)) first.set(to, { to, site });
    }
  }
  return [...first.values()];
}

export const pathOf = ({ index }: Subject, file: number): string => index.files[file]?.path ?? "";

export const placeOf = (subject: Subject, file: number, line = 1): CodePlace => ({
  path: pathOf(subject, file),
  line,
});

/** The folder of a path, "" for the root. */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

export function baseOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** A path from a manifest's folder, as the index writes it; undefined where it leads outside. */
export function joined(folder: string, relative: string): string | undefined {
  const parts = folder === "" ? [] : folder.split("/");
  for (const part of relative.split("/")) {
    if (part === "..") {
      if (parts.pop() === undefined) return undefined;
    } else if (part !== "" && part !== ".") parts.push(part);
  }
  return parts.join("/");
}
