import { expect, test } from "vitest";
import type { Language } from "./lex/types.ts";
import { affectedTests, isForTests, isTestFile, subjectName } from "./test-files.ts";
import { indexFiles } from "./tree-fixture.test.support.ts";

test.each<[Language, string[]]>([
  ["typescript", ["a.test.ts", "src/a.spec.tsx", "__tests__/a.ts", "e2e/login.ts"]],
  ["javascript", ["test/app.js", "spec/a_spec.js", "a.e2e.mjs"]],
  ["python", ["tests/test_a.py", "pkg/a_test.py"]],
  ["go", ["a_test.go"]],
  ["rust", ["tests/cli.rs", "crates/a/tests/b.rs"]],
  ["java", ["src/test/java/x/UserTest.java", "x/TestUser.java", "x/UserIT.java"]],
  ["kotlin", ["x/UserSpec.kt"]],
  ["csharp", ["x/UserTests.cs"]],
  ["c", ["tests/a.c", "src/jq_test.c", "test_a.c"]],
  ["cpp", ["src/a_test.cc"]],
  ["ruby", ["spec/a_spec.rb", "test/test_a.rb"]],
  ["php", ["tests/UserTest.php"]],
  ["swift", ["Tests/AppTests/UserTests.swift"]],
])("runners run tests of %s", (language, paths) => {
  expect(paths.filter((path) => !isTestFile(path, language))).toEqual([]);
  expect(paths.filter((path) => !isForTests(path, language))).toEqual([]);
});

test.each<[Language, string[]]>([
  ["typescript", ["a.test.support.ts", "test/support/daemon.ts", "__tests__/fixtures/a.ts"]],
  ["javascript", ["test/helpers.js", "tests/mocks/fs.js"]],
  ["python", ["tests/conftest.py", "conftest.py", "tests/__init__.py", "tests/data.py"]],
  ["java", ["src/test/java/x/Fixtures.java"]],
  ["ruby", ["spec/spec_helper.rb"]],
  ["rust", ["tests/common/mod.rs"]],
])("what tests of %s are made with is for tests, and is none", (language, paths) => {
  expect(paths.filter((path) => isTestFile(path, language))).toEqual([]);
  expect(paths.filter((path) => !isForTests(path, language))).toEqual([]);
});

test.each<[Language, string[]]>([
  ["typescript", ["src/helpers/util.ts", "src/testing.ts", "support/a.ts", "latest.ts"]],
  ["python", ["contest.py", "src/fixtures/a.py", "attest.py", "src/jinja2/tests.py"]],
  ["java", ["x/Latest.java", "x/Item.java", "x/ITeration.java"]],
  ["go", ["test/a.go", "attest.go"]],
  ["rust", ["src/latest.rs", "src/helper.rs"]],
  ["csharp", ["x/Latest.cs"]],
])("other files of %s are not for tests, whatever they sound like", (language, paths) => {
  expect(paths.filter((path) => isTestFile(path, language))).toEqual([]);
  expect(paths.filter((path) => isForTests(path, language))).toEqual([]);
});

test("a test is called after what it tests", () => {
  const names = ["a/user.test.ts", "test_user.py", "user_test.go", "UserTest.java", "TestUser.kt"];
  expect(names.map(subjectName)).toEqual(["user", "user", "user", "User", "User"]);
});

test("a change affects the tests that reach it, and that of a manifest all", async () => {
  const index = await indexFiles({
    "package.json": "{}",
    "a.ts": "export const a = 1;\n",
    "b.ts": 'import { a } from "./a.ts";\nexport const b = a;\n',
    "b.test.ts": 'import { b } from "./b.ts";\nb;\n',
    "c.test.ts": "export {};\n",
  });
  expect(affectedTests(index, ["a.ts"])).toEqual({ tests: ["b.test.ts"], narrowed: true });
  expect(affectedTests(index, ["c.test.ts"])).toEqual({ tests: ["c.test.ts"], narrowed: true });
  const all = { tests: ["b.test.ts", "c.test.ts"], narrowed: false };
  expect(affectedTests(index, ["a.ts", "package.json"])).toEqual(all);
  expect(affectedTests(index, ["removed.ts"])).toEqual(all);
});

test("all tests of a Go package are affected by its files, also those that name nothing of them", async () => {
  const index = await indexFiles({
    "go.mod": "module x.y/z\n",
    "p/a.go": "package p\n\nfunc init() {}\n",
    "p/b_test.go": "package p\n\nfunc TestB(t *testing.T) {}\n",
    "q/c_test.go": "package q\n\nfunc TestC(t *testing.T) {}\n",
  });
  expect(affectedTests(index, ["p/a.go"])).toEqual({ tests: ["p/b_test.go"], narrowed: true });
});
