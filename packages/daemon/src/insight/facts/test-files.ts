import type { Language } from "../lex/types.ts";

const testFolders = /(?:^|\/)(?:tests?|__tests__|spec|specs|e2e)\//;
const javaTests = /(?:^|\/)src\/(?:\w*[tT]est)\/|(?:Tests?|IT)\.(?:java|kt)$/;

/** By the conventions of each language; a file in a folder of tests counts, also where it only helps. */
const conventions: Readonly<Record<Language, readonly RegExp[]>> = {
  typescript: [/\.(?:test|spec)(?:\.[\w-]+)*\.\w+$/, testFolders],
  javascript: [/\.(?:test|spec)(?:\.[\w-]+)*\.\w+$/, testFolders],
  python: [/(?:^|\/)(?:test_[^/]*|[^/]*_test|conftest)\.py$/, testFolders],
  go: [/_test\.go$/],
  rust: [testFolders],
  java: [javaTests],
  kotlin: [javaTests],
  csharp: [/Tests?\.cs$/, /(?:^|\/)[\w.]*Tests?\//, testFolders],
  c: [testFolders, /(?:^|\/)test_[^/]*\.\w+$|_test\.\w+$/],
  cpp: [testFolders, /(?:^|\/)test_[^/]*\.\w+$|_test\.\w+$/],
  ruby: [/_(?:spec|test)\.rb$/, testFolders],
  php: [/Test\.php$/, testFolders],
  swift: [/Tests?\.swift$/, /(?:^|\/)Tests\//],
};

export function isTestFile(path: string, language: Language): boolean {
  return conventions[language].some((pattern) => pattern.test(path));
}

/** Whether running it is how tests are run, as against a file that only helps them. */
export function isRunByName(path: string): boolean {
  return /(?:\.(?:test|spec)\.\w+|(?:^|\/)test_[^/]*\.\w+|_(?:test|spec)\.\w+|(?:Tests?|IT)\.\w+)$/.test(
    path,
  );
}

/** What a test is called after: `user` for `user.test.ts`, `test_user.py` and `UserTest.java`. */
export function subjectName(path: string): string {
  const stem = path.slice(path.lastIndexOf("/") + 1).replace(/\.[^.]+$/, "");
  return stem
    .replace(/\.(?:test|spec)(?:\.[\w-]+)*$/, "")
    .replace(/^test_+|_+(?:test|spec)$/g, "")
    .replace(/^Test(?=[A-Z])|(?<=[a-z\d])(?:Tests?|IT)$/g, "");
}
