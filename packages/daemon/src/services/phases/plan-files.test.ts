import { PlanPath } from "@heddle/protocol";
import { expect, test } from "vitest";
import { planCovers } from "./plan-files.ts";

test.each([
  [["README.md"], ["README.md", "README.md/x"], ["docs/README.md"]],
  [["src"], ["src", "src/a/b.ts"], ["srcs/a"]],
  [["./src/"], ["src/a/b.ts"], ["srcs/a", "src"]],
  [["packages/*/src/"], ["packages/a/src/x/y.ts"], ["packages/a/b/src/x", "packages/a/x"]],
  [["app/[slug]/(shop)/"], ["app/[slug]/(shop)/page.tsx"], ["app/page.tsx"]],
  [["."], ["a", "a/.b/c"], []],
  [["*.md", "src/**"], ["a.md", "src/x"], ["docs/a.md"]],
])("a plan of %j covers exactly what it names", (files, covered, others) => {
  const covers = planCovers(files.map((file) => PlanPath.parse(file)));
  expect([...covered, ...others].filter(covers)).toEqual(covered);
});

test("a hostile glob does not hold up the daemon", () => {
  const covers = planCovers([`**/${"*a".repeat(50)}b`]);
  expect(covers(`src/${"a".repeat(250)}`)).toBe(false);
});
