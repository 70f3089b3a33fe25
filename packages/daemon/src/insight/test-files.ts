import type { BuiltIndex } from "./built-index.ts";
import { affectedBy } from "./reach.ts";

const testName =
  /(?:^|\/)(?:[^/]*[._-](?:test|tests|spec|e2e|cy)\.[cm]?[jt]sx?|(?:test_[^/]*|[^/]*_test|conftest|tests)\.pyi?|[^/]*_test\.go|[^/]*_(?:test|spec)\.rb|[^/]*Tests?\.(?:java|kt|cs|php|swift)|(?:Test[A-Z]|IT)[^/]*\.(?:java|kt)|[^/]*(?:Spec|IT)\.(?:java|kt|swift))$/;
const testFolder = /(?:^|\/)(?:tests?|__tests__|specs?|e2e|src\/test|src\/androidTest|Tests)\//;
const notATest =
  /(?:^|\/)(?:fixtures?|testdata|__snapshots__|__mocks__|support|helpers?|mocks?)\/|[._-](?:fixture|support|helper|data|setup|mock)s?\.|(?:^|\/)(?:conftest|__init__)\.py$/;

/** Whether a test runner would run a file. */
export function isTestFile(path: string): boolean {
  if (testName.test(path)) return !/(?:^|\/)conftest\.py$/.test(path);
  return testFolder.test(path) && /(?:^|\/)tests?\/[^/]+\.rs$/.test(path) && !notATest.test(path);
}

/** Whether a file is there for tests: a test, or what tests are made with. */
export function isForTests(path: string): boolean {
  return testName.test(path) || testFolder.test(path) || notATest.test(path);
}

export interface AffectedTests {
  readonly tests: readonly string[];
  /** How many test files there are in all. */
  readonly of: number;
}

/** The tests that could fail because of a change of these files, among all that there are. */
export function amongAllTests(index: BuiltIndex, paths: readonly string[]): AffectedTests {
  const all = index.files.filter(({ path }) => isTestFile(path));
  return { tests: affectedTests(index, paths), of: all.length };
}

/** The tests that could fail because of a change of these files. */
export function affectedTests(index: BuiltIndex, paths: readonly string[]): string[] {
  const files = paths.flatMap((path) => index.numberOf(path) ?? []);
  const affected = affectedBy(index, files).map((file) => index.files[file]?.path ?? "");
  return affected.filter(isTestFile).sort();
}
