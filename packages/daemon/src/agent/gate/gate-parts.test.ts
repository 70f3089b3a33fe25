import { describe, expect, test } from "vitest";
import { markerIn } from "./conflicts.ts";
import { isCi, isTestOrCi } from "./test-files.ts";

describe("a conflict", () => {
  const whole = "a\n<<<<<<< ours\none\n=======\ntwo\n>>>>>>> theirs\n";
  test.each([
    ["a whole one", whole, 2],
    ["one with the common ancestor", whole.replace("=======", "||||||| base\nx\n======="), 2],
    ["one with CRLF", whole.replaceAll("\n", "\r\n"), 2],
    ["a heading that is underlined", "Title\n=======\n", undefined],
    ["a marker that is quoted", "  <<<<<<< ours\n  =======\n  >>>>>>> theirs\n", undefined],
    ["half of one", "<<<<<<< ours\none\n", undefined],
    ["a binary file", `${whole}\0`, undefined],
  ])("%s", (_, text, line) => {
    expect(markerIn(Buffer.from(text))).toBe(line);
  });
});

test.each([
  ["test/a.ts", "src/a.test.ts", "pkg/a_test.go", "tests/test_a.py", "conftest.py"],
  ["src/__tests__/a.js", "a.spec.tsx", "vitest.config.ts", "src/AppTest.java", "e2e/login.ts"],
  [".github/workflows/ci.yml", ".gitlab-ci.yml", "Jenkinsfile", ".circleci/config.yml"],
])("%s, %s, %s … belong to tests or CI", (...paths) => {
  expect(paths.filter((path) => !isTestOrCi(path))).toEqual([]);
});

test("other files do not, whatever they are called", () => {
  const paths = ["src/contest.ts", "latest.md", "src/testimony.ts", "attestation/a.ts", "spec.md"];
  expect(paths.filter(isTestOrCi)).toEqual([]);
  expect([".github/CODEOWNERS", "test/ci.ts"].filter(isCi)).toEqual([]);
});
