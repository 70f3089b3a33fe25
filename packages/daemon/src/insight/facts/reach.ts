import { reachable } from "../graph/reach.ts";
import type { Language } from "../lex/types.ts";
import type { Source, Subject } from "./subject.ts";
import { folderOf } from "./subject.ts";

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

export interface AffectedTests {
  /** Paths of the test files to be run; those that changed are among them. */
  readonly tests: readonly string[];
  /** False where a change may reach any test: then all have to be run. */
  readonly narrowed: boolean;
}

/** The tests that a change can reach. What is no source, such as a manifest, can reach all. */
export function affectedTests(subject: Subject, changed: readonly string[]): AffectedTests {
  const { index, sources, sourceOf } = subject;
  const numbers = changed.map((path) => index.numberOf(path));
  const known = numbers.filter(
    (file) => file !== undefined && sourceOf(file) !== undefined,
  ) as number[];
  if (known.length < changed.length) return { tests: testPaths(sources), narrowed: false };
  const users = usersIn(subject);
  const affected = new Set(reachable(known, (file) => users.get(file) ?? []));
  return { tests: testPaths(sources.filter(({ file }) => affected.has(file))), narrowed: true };
}

function testPaths(sources: readonly Source[]): string[] {
  return sources.filter(({ test }) => test).map(({ path }) => path);
}

/** Who uses each file. A file that names its package's folder alone is used by all of that folder. */
function usersIn(subject: Subject): Map<number, number[]> {
  const users = new Map<number, number[]>();
  for (const { file } of subject.sources) {
    for (const to of usesOf(subject, file)) users.set(to, [...(users.get(to) ?? []), file]);
  }
  const goTests = subject.sources.filter(({ language, test }) => language === "go" && test);
  const byFolder = Map.groupBy(goTests, ({ path }) => folderOf(path));
  for (const { file, path, language } of subject.sources) {
    // Tests of Go are compiled with all of their package.
    const beside = language === "go" ? (byFolder.get(folderOf(path)) ?? []) : [];
    if (beside.length > 0)
      users.set(file, [...(users.get(file) ?? []), ...beside.map((test) => test.file)]);
  }
  return users;
}
