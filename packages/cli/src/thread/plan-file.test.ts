import { PlanContent } from "@heddle/protocol";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { planFile, readPlanFile } from "./plan-file.ts";

const plan: PlanContent = {
  goal: "Two things.\nAnd why.",
  steps: ["Do this", "Then that"],
  files: ["src/**", "README.md"],
  checks: ["npm test -- --run"],
  lineBudget: 40,
  risks: [],
  openQuestions: ["Which of the two?"],
};

describe("a plan that nobody touched", () => {
  test.each<[string, Partial<PlanContent>]>([
    ["as it is", {}],
    ["with a program as a check", { checks: ['node -e "\nconsole.log(1)\n\n- x\n"', "- y"] }],
    ["with a step of two lines", { steps: ["Do one\nand more", "1. Number"] }],
    ["with a goal that has a heading", { goal: "Say it.\n\n# Steps\n\n- none" }],
    ["with fences", { goal: "```\nx", steps: ["```", "a\n````\n```"], risks: ["```sh"] }],
    ["with spaces that mean something", { checks: ["python -c 'if 1:\n\n    x\n \n  y'"] }],
    ["with ends of lines of other kinds", { steps: ["a\rb", "a\u2028b"], goal: "a\r\nb" }],
  ])("is read as it was written: %s", (_what, parts) => {
    expect(readPlanFile(planFile({ ...plan, ...parts }))).toEqual({ ...plan, ...parts });
  });

  test("is read as it was written, whatever it says", () => {
    const odd = [
      "\n",
      "# ",
      "# Steps",
      "- ",
      "*",
      "`",
      "```",
      "  ",
      "1.",
      "\r",
      "\t",
      "\u2028",
      "ö",
      "x",
    ];
    const words = fc.array(fc.oneof(fc.constantFrom(...odd), fc.string({ maxLength: 2 })));
    const row = words.map((all) => all.join("").trim().slice(0, 400).trim() || "x");
    const rows = fc.array(row, { minLength: 1, maxLength: 4 });
    const any = fc.record({ goal: row, steps: rows, checks: rows, risks: rows });
    fc.assert(
      fc.property(any, (parts) => {
        const content = PlanContent.parse({ ...plan, ...parts });
        expect(readPlanFile(planFile(content))).toEqual(content);
      }),
    );
  });
});

test("people number steps, leave dashes out, break lines, and write code in fences", () => {
  const text = planFile(plan)
    .replace("- Do this\n- Then that", "1. Do this\n   and more\n2) Then that\n-\n")
    .replace("- npm test -- --run", "make check\nmake lint\n1. ```sh\n   if x\n     y\n   ```\n")
    .replace("40", " 50 ");
  expect(readPlanFile(text.replaceAll("\n", "\r\n"))).toMatchObject({
    steps: ["Do this and more", "Then that"],
    checks: ["make check", "make lint", "if x\n  y"],
    lineBudget: 50,
  });
});

test.each([
  ["# Steps", "# Stages", /`# Stages` is no part of a plan.*`# Steps` is missing/],
  ["# Risks\n", "", /^this is no plan any more: `# Risks` is missing$/],
  ["# Risks", "# Steps", /`# Steps` stands there twice; `# Risks` is missing/],
  ["# Goal", "Hello\n# Goal", /`Hello` stands before the first part/],
  ["40", "ten", /`# Lines`: expected a whole number above 0, got `ten`/],
  ["40", "0", /`# Lines`: expected a whole number above 0, got `0`/],
  ["- Do this\n- Then that\n", "", /`# Steps` is empty/],
  ["- README.md", "- !README.md", /`# Files`, row 2: `!README.md` begins with `!`/],
  ["- npm", "- ```\n  npm", /the fence ``` is not closed/],
])("%j in place of %j is told by its name", (before, after, message) => {
  expect(() => readPlanFile(planFile(plan).replace(before, after))).toThrow(message);
});
