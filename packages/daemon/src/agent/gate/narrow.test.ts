import { expect, test } from "vitest";
import { narrowCheck } from "./narrow.ts";

const js = ["test/a.test.js", "src/b.spec.ts"];

test.each([
  ["node --test", js, "node --test test/a.test.js src/b.spec.ts"],
  ["node --import=./x.js --test", ["a.test.js"], "node --import=./x.js --test a.test.js"],
  ["npx vitest run", ["a.test.ts"], "npx vitest run a.test.ts"],
  ["jest --ci", ["a.test.js"], "jest --ci a.test.js"],
  ["python -m pytest -q", ["tests/test_a.py"], "python -m pytest -q tests/test_a.py"],
  ["go test -race ./...", ["p/a_test.go", "p/b_test.go"], "go test -race ./p/"],
  ["go test ./...", ["a_test.go"], "go test ./"],
])("%s of %j is %s", (check, tests, narrowed) => {
  expect(narrowCheck(check, tests)).toBe(narrowed);
});

test("npm test is narrowed if its script can be", () => {
  expect(narrowCheck("npm test", ["a.test.js"], "node --test")).toBe("npm test -- a.test.js");
  expect(narrowCheck("npm test", ["a.test.js"], "node build.js && node --test")).toBeUndefined();
  expect(narrowCheck("npm test", ["p/a_test.go"], "go test ./...")).toBeUndefined();
  expect(narrowCheck("npm test", ["a.test.js"])).toBeUndefined();
});

test.each([
  ["a script of the project's own", "./check.sh", ["a.test.js"]],
  ["two commands", "npm run build && node --test", ["a.test.js"]],
  ["files that are named already", "node --test test/", ["a.test.js"]],
  ["a runner of something else", "pytest", ["a.test.js"]],
  ["tests of two languages", "pytest", ["test_a.py", "a.test.js"]],
  ["a name that a shell would read", "node --test", ["$(touch x).test.js"]],
  ["a name that reads as an option", "node --test", ["--eval.test.js"]],
  ["no tests at all", "node --test", []],
])("%s cannot be narrowed", (_, check, tests) => {
  expect(narrowCheck(check, tests)).toBeUndefined();
});
