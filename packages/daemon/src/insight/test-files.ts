import type { IndexedFile, TreeIndex } from "./index-types.ts";
import type { Language } from "./lex/types.ts";
import { affectedBy } from "./reach.ts";

/** How tests are told from other files of a language. */
interface Convention {
  /** What runners run wherever it is, by its name. */
  readonly named: RegExp;
  /** Where all is there for tests, though some of it only helps them. */
  readonly folders: RegExp;
  /** Whether runners also run what is in those folders by any name. */
  readonly runsFolders?: boolean;
}

const testFolders = /(?:^|\/)(?:tests?|__tests__|specs?|e2e)\//;
const script: Convention = {
  named: /[._-](?:test|tests|spec|e2e|cy)\.\w+$/,
  folders: testFolders,
  runsFolders: true,
};
const jvm: Convention = {
  named: /(?:(?:Tests?|IT|Spec)|\/(?:Test[A-Z]|IT[A-Z])[^/]*)\.\w+$/,
  folders: /(?:^|\/)src\/(?:\w*[tT]est)\//,
};
const c: Convention = {
  named: /(?:^|\/)test_[^/]*\.\w+$|[_-]tests?\.\w+$/,
  folders: testFolders,
  runsFolders: true,
};

const conventions: Readonly<Record<Language, Convention>> = {
  typescript: script,
  javascript: script,
  python: { named: /(?:^|\/)(?:test_[^/]*|[^/]*_test)\.pyi?$/, folders: testFolders },
  go: { named: /_test\.go$/, folders: /(?!)/ },
  rust: { named: /(?:^|\/)tests\/[^/]+\.rs$/, folders: testFolders },
  java: jvm,
  kotlin: jvm,
  csharp: { named: /Tests?\.cs$/, folders: /(?:^|\/)(?:[\w.]*Tests?|tests?|specs?|e2e)\// },
  c,
  cpp: c,
  ruby: { named: /_(?:spec|test)\.\w+$|(?:^|\/)test_[^/]*\.\w+$/, folders: testFolders },
  php: { named: /Test\.\w+$/, folders: testFolders },
  swift: { named: /Tests?\.swift$/, folders: /(?:^|\/)Tests\// },
};

/** What is in a folder of tests, and is run by none of them. */
const helps =
  /(?:^|\/)(?:fixtures?|testdata|data|__snapshots__|__mocks__|mocks?|supports?|helpers?|utils?)\/|(?:^|[._/-])(?:fixtures?|supports?|helpers?|data|setup|mocks?|common|utils?)\.\w+$/;
/** `a.test.support.ts`, and what pytest reads beside the tests. */
const namedAsHelp = /\.(?:test|spec)(?:\.[\w-]+)+\.\w+$|(?:^|\/)conftest\.py$/;

/** Whether running a file is how tests are run. */
export function isTestFile(path: string, language: Language): boolean {
  const { named, folders, runsFolders = false } = conventions[language];
  if (named.test(path)) return true;
  return runsFolders && folders.test(path) && !helps.test(path) && !namedAsHelp.test(path);
}

/** Whether a file is there for tests: a test, or what tests are made with. */
export function isForTests(path: string, language: Language): boolean {
  const { named, folders } = conventions[language];
  return named.test(path) || folders.test(path) || namedAsHelp.test(path);
}

/** What a test is called after: `user` for `user.test.ts`, `test_user.py` and `UserTest.java`. */
export function subjectName(path: string): string {
  const stem = path.slice(path.lastIndexOf("/") + 1).replace(/\.[^.]+$/, "");
  return stem
    .replace(/\.(?:test|spec)(?:\.[\w-]+)*$/, "")
    .replace(/^test_+|_+(?:test|spec)$/g, "")
    .replace(/^Test(?=[A-Z])|(?<=[a-z\d])(?:Tests?|IT)$/g, "");
}

export interface AffectedTests {
  /** Paths of the test files that could fail; those that changed are among them. */
  readonly tests: readonly string[];
  /** False where a change may reach any test, as that of a manifest may: then `tests` is all. */
  readonly narrowed: boolean;
}

/** The tests that could fail because of a change of these files. */
export function affectedTests(index: TreeIndex, paths: readonly string[]): AffectedTests {
  const files = paths.flatMap((path) => index.numberOf(path) ?? []);
  const narrowed =
    files.length === paths.length && files.every((file) => index.files[file]?.symbols);
  const affected = narrowed ? affectedBy(index, files) : [...index.files.keys()];
  const tests = affected.flatMap((file) => testPath(index.files[file]) ?? []).sort();
  return { tests, narrowed };
}

/** How many test files there are. */
export function countTests({ files }: TreeIndex): number {
  return files.filter((file) => testPath(file) !== undefined).length;
}

function testPath(file: IndexedFile | undefined): string | undefined {
  if (!file?.symbols) return undefined;
  return isTestFile(file.path, file.symbols.language) ? file.path : undefined;
}
