import { describe, expect, test } from "vitest";
import { canonicalPlan, PlanContent, PlanPath } from "./plan-content.ts";

describe("a path of a plan", () => {
  test.each([
    ["./src/a.ts", "src/a.ts"],
    [" src//./a.ts ", "src/a.ts"],
    [".//src/", "src/"],
    ["src/.", "src/"],
    [".", "**"],
    ["./", "**"],
    ["./.", "**"],
    [".github/**", ".github/**"],
    ["app/(shop)/[slug]/page.tsx", "app/(shop)/[slug]/page.tsx"],
  ])("%j is written as %j", (given, written) => {
    expect(PlanPath.parse(given)).toBe(written);
  });

  test.each([
    ["", "expected a path or glob on one line"],
    [" ", "expected a path or glob on one line"],
    ["a\nb", "expected a path or glob on one line"],
    ["!nothing", "`!nothing` begins with `!`; name what may change"],
    ["/etc/passwd", "`/etc/passwd` is absolute; give it from the root of the worktree"],
    ["/", "`/` is absolute"],
    ["./../other", "`../other` leads out of the worktree"],
    ["src/..", "`src/..` leads out of the worktree"],
    ["src/!(secret)/**", "`src/!(secret)/**` has a group; write `{a,b}` for either"],
  ])("%j is refused with what to do", (given, message) => {
    const { error } = PlanPath.safeParse(given);
    expect(error?.issues[0]?.message).toContain(message);
  });
});

test("two ways to write a path make no other plan", () => {
  const plan = { goal: "g", steps: ["s"], lineBudget: 1, checks: [], risks: [], openQuestions: [] };
  const written = (files: string[]) => canonicalPlan(PlanContent.parse({ ...plan, files }));
  expect(written(["./src/", "a"])).toBe(written(["a", "src/", "src//"]));
});
