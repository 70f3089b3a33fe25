import { describe, expect, test } from "vitest";
import { failureText } from "./failure-text.ts";

const worktree = "/state/worktrees/p/slug";
const text = (output: string, at = worktree) => failureText(output, at);

const nodeTest = `✔ a slug has the default length (1.2ms)
✖ the largest number picks a letter (2.3ms)
ℹ tests 2
ℹ pass 1
ℹ fail 1
ℹ duration_ms 85.3

✖ failing tests:

test at test/slug.test.js:13:1
✖ the largest number picks a letter (2.3ms)
  AssertionError [ERR_ASSERTION]: Expected values to be strictly equal:
      at TestContext.<anonymous> (file://${worktree}/test/slug.test.js:14:10)
`;

describe("the same failure", () => {
  test("in another worktree, at another speed, beside tests that pass, with other colours", () => {
    const elsewhere = nodeTest
      .replaceAll(worktree, "/state/scratch/x")
      .replace("✔", "✔ a new test (0.1ms)\n\x1b[32m✔\x1b[39m")
      .replace("tests 2", "tests 3")
      .replace("pass 1", "pass 2")
      .replaceAll("2.3ms", "14ms")
      .replace("85.3", "1009.25")
      .replace("js:14:10", "js:19:4");
    expect(text(elsewhere, "/state/scratch/x")).toBe(text(nodeTest));
  });

  test.each([
    [" Test Files  1 failed | 3 passed (4)", " Test Files  1 failed | 4 passed (5)"],
    ["      Tests  1 failed | 12 passed (13)", "      Tests  1 failed | 15 passed (16)"],
    ["1 failed, 5 passed in 0.31s", "1 failed, 6 passed in 1.02s"],
    ["not ok 3 - adds\nok 4 - ends\n1..4", "not ok 7 - adds\nok 8 - ends\nok 9 - x\n1..9"],
    ["a.py::x PASSED\nb.py::y FAILED", "b.py::y FAILED\na.py::x PASSED\na.py::z PASSED"],
    ["src/a.ts(3,5): error TS1: no", "src/a.ts(9,1): error TS1: no"],
    ["--- FAIL: TestA (0.00s)\nFAIL", "--- PASS: TestB (0.00s)\n--- FAIL: TestA (0.10s)\nFAIL"],
  ])("%j and %j", (before, now) => {
    expect(text(now)).toBe(text(before));
  });
});

describe("another failure", () => {
  test.each([
    ["one more test", nodeTest, `${nodeTest}✖ another (1ms)\n`],
    ["one more of the same name", nodeTest, nodeTest.replace("fail 1", "fail 2")],
    ["another one instead", nodeTest, nodeTest.replaceAll("picks a letter", "is small")],
    ["a numbered one instead", "✖ case 1 of 3 tests (1ms)", "✖ case 2 of 3 tests (1ms)"],
    ["another one of so many", "✖ reads 3 tests", "✖ reads 4 tests"],
    ["less than it said", nodeTest, "✖ failing tests:\n"],
    ["a crash", nodeTest, `${nodeTest}Segmentation fault\n`],
    ["the same error again", "a.ts(1,2): error TS1: no", "a.ts(1,2): error TS1: no\n".repeat(2)],
    ["the same error elsewhere", "a.ts(1,2): error TS1: no", "b.ts(1,2): error TS1: no"],
    ["more failures counted", "1 failed, 5 passed", "2 failed, 5 passed"],
  ])("%s", (_, before, now) => {
    expect(text(now)).not.toBe(text(before));
  });
});

test("an output that names no failure tells none apart", () => {
  for (const silent of ["", "\n\n", "✔ one\nok 2 - two\n"]) expect(text(silent)).toBeUndefined();
});
