import { reachable } from "../graph/reach.ts";
import type { Language } from "../lex/types.ts";
import type { Source, Subject } from "./subject.ts";

/** Where a package's files see one another without an import. */
const seesItsFolder = new Set<Language>(["go", "java", "kotlin", "csharp", "swift"]);

/** What a file may use: what it imports, and where names alone lead in its package. */
export function usesOf({ index, sourceOf, imports }: Subject, file: number): number[] {
  const imported = imports[file]?.map(({ to }) => to) ?? [];
  const source = sourceOf(file);
  if (source === undefined || !seesItsFolder.has(source.language)) return imported;
  const named = index
    .edgesFrom(file)
    .map(({ to }) => to)
    .filter((to) => sourceOf(to)?.language === source.language);
  return [...new Set([...imported, ...named])];
}

/** All that the sources use, however many files lie between; they themselves too. */
export function reachedFrom(subject: Subject, from: readonly Source[]): ReadonlySet<number> {
  const files = from.map(({ file }) => file);
  return new Set(reachable(files, (file) => usesOf(subject, file)));
}
