import { canonicalPlan, PlanContent } from "@heddle/protocol";
import { expect, test } from "vitest";
import { parsePlanFile, planFile } from "./plan-file.ts";

const plan: PlanContent = {
  goal: "Two things.\nAnd why.",
  steps: ["Do this", "Then that"],
  files: ["src/**", "README.md"],
  checks: ["npm test -- --run"],
  lineBudget: 40,
  risks: [],
  openQuestions: ["Which of the two?"],
};

test("a plan that nobody touched is read as it was written", () => {
  const read = PlanContent.parse(parsePlanFile(planFile(plan)));
  expect(canonicalPlan(read)).toBe(canonicalPlan(plan));
});

test("people number steps, leave dashes out, and break lines", () => {
  const text = planFile(plan)
    .replace("- Do this\n- Then that", "1. Do this\n   and more\n2) Then that\n")
    .replace("- npm test -- --run", "make check")
    .replace("40", " 50 ");
  expect(parsePlanFile(text)).toMatchObject({
    steps: ["Do this and more", "Then that"],
    checks: ["make check"],
    lineBudget: 50,
  });
});

test("a part that was taken out is missing, and no longer a plan where it is needed", () => {
  const read = parsePlanFile(planFile(plan).replace("# Steps", "# Stages"));
  expect(read.steps).toBeUndefined();
  expect(PlanContent.safeParse(read).success).toBe(false);
});
