import type { CodePlace, TestFact } from "@heddle/protocol";
import { reachable } from "../graph/reach.ts";
import type { Language } from "../lex/types.ts";
import { usesOf } from "../reach.ts";
import { isTestFile, subjectName } from "../test-files.ts";
import { sum } from "./languages.ts";
import { isSetting } from "./settings-files.ts";
import type { Source, Subject } from "./subject.ts";
import { folderOf } from "./subject.ts";
import { byText, top } from "./top.ts";
import { isAside } from "./units.ts";

type Pair = TestFact["pairs"]["rows"][number];

/** Where tests stand inside the sources, or run the built program, imports do not show what they reach. */
const reachShows = new Set<Language>([
  "typescript",
  "javascript",
  "python",
  "go",
  "java",
  "kotlin",
  "csharp",
]);

export function testsOf(subject: Subject): TestFact {
  const tests = subject.sources.filter(({ test }) => test);
  const pairs = pairsOf(subject, tests);
  return {
    files: tests.length,
    codeLines: sum(tests, "codeLines"),
    pairs: top(pairs, 200),
    untested: top(untestedOf(subject, tests), 50),
  };
}

/** Each test that is called after a source which it imports, or at least reaches. */
function pairsOf(subject: Subject, tests: readonly Source[]): Pair[] {
  const sources = subject.sources.filter(({ test, path }) => !test && !isAside(path));
  const byName = Map.groupBy(sources, ({ path, language }) => `${language} ${subjectName(path)}`);
  return tests.flatMap((test): Pair[] => {
    if (!isTestFile(test.path, test.language)) return [];
    const named = byName.get(`${test.language} ${subjectName(test.path)}`) ?? [];
    const link = subject.imports[test.file]?.find(({ to }) =>
      named.some(({ file }) => file === to),
    );
    const imported = named.find(({ file }) => file === link?.to);
    if (link && imported) {
      const place = { path: test.path, line: link.site.line };
      return [{ test: place, source: imported.path, by: "import" }];
    }
    const only = namedSource(subject, test, named);
    if (only === undefined) return [];
    return [{ test: { path: test.path, line: 1 }, source: only.path, by: "name" }];
  });
}

/** The one of that name beside the test; else the only one of that name that it reaches. */
function namedSource(subject: Subject, test: Source, named: readonly Source[]): Source | undefined {
  if (named.length === 0) return undefined;
  const beside = named.filter(({ path }) => folderOf(path) === folderOf(test.path));
  if (beside.length === 1) return beside[0];
  const reached = reachedFrom(subject, [test]);
  const [only, ...others] = named.filter(({ file }) => reached.has(file));
  return others.length === 0 ? only : undefined;
}

/** All that the sources use, however many files lie between; they themselves too. */
function reachedFrom({ index }: Subject, from: readonly Source[]): ReadonlySet<number> {
  const files = from.map(({ file }) => file);
  return new Set(reachable(files, (file) => usesOf(index, file)));
}

function untestedOf(subject: Subject, tests: readonly Source[]): CodePlace[] {
  const reached = reachedFrom(subject, tests);
  const telling = new Set(
    tests
      .filter(
        ({ file, language }) => reachShows.has(language) && usesOf(subject.index, file).length > 0,
      )
      .map(({ language }) => language),
  );
  return subject.sources
    .filter(
      ({ file, test, language, path, symbols }) =>
        telling.has(language) &&
        !test &&
        !isAside(path) &&
        !isSetting(path) &&
        symbols.codeLines > 0 &&
        !reached.has(file),
    )
    .sort((a, b) => b.symbols.codeLines - a.symbols.codeLines || byText(a.path, b.path))
    .map(({ path }) => ({ path, line: 1 }));
}
