import { patchCall } from "../edit-scenario.ts";
import type { FileChange, Files } from "../patch.ts";
import { exec, inSteps, planCall } from "../scenarios.ts";
import type { Scenario, ScriptedCall } from "../types.ts";
import { demoFiles } from "./files.ts";
import { slugChanges } from "./slug-task.ts";

/** What `heddle demo --phases` asks for first; the rest is said by the phases themselves. */
export const phasesTask = "Plan how to make the slug generator right, and say so in the README.";

const planSteps = ["Round the index down", "Run all tests"];

const plan: ScriptedCall = {
  tool: "propose_plan",
  input: {
    goal: "Slugs have no undefined letters, and every letter is as likely as the others.",
    steps: planSteps,
    files: ["src/slug.js", "test/**"],
    checks: ["node --test"],
    lineBudget: 12,
    risks: ["Links that exist keep the slugs that they have"],
    openQuestions: [],
  },
};

const read = (path: string): ScriptedCall => ({ tool: "read_file", input: { path } });

/** Looks, tries to write, which is impossible, and proposes. */
const planScenario: Scenario = {
  name: "demo-plan",
  matches: /^Plan how to make the slug generator right/,
  reply: inSteps(
    () => ({ text: "I read the generator.", calls: [read("src/slug.js"), read("README.md")] }),
    () => ({
      text: "In a plan turn nothing can be written; here is what happens to whoever tries.",
      calls: [exec("sed -i 's/round/floor/' src/slug.js; git diff --stat")],
    }),
    () => ({ calls: [plan] }),
  ),
};

const paragraph: FileChange = {
  path: "README.md",
  find: "choose them.",
  replace: "choose them. Each letter of a slug is as likely as any other.",
};

/** Does what the plan says, and more: that leaves the plan's files. */
const implementScenario: Scenario = {
  name: "demo-implement",
  matches: /^Carry out the approved plan/,
  reply: inSteps(
    () => ({
      text: "`Math.round` can point one past the end of the alphabet. `Math.floor` cannot.",
      calls: [patchCall(demoFiles, slugChanges), planCall(planSteps, 1)],
    }),
    () => ({
      text: "I also put it into the README, of which the plan does not speak.",
      calls: [patchCall(demoFiles, [paragraph])],
    }),
    () => ({ text: "Then only the tests.", calls: [exec("node --test")] }),
    () => ({ calls: [planCall(planSteps, 2)] }),
    () => ({
      calls: [
        { tool: "finish", input: { summary: "The index is rounded down. The README is left." } },
      ],
    }),
  ),
};

const finding = (title: string, place: { path: string; line: number }, body: string) => ({
  title,
  body,
  priority: 2,
  confidence: 0.8,
  path: place.path,
  start: place.line,
  end: place.line,
});

/** Says one thing twice, and one that is not about the change. */
const reviewScenario: Scenario = {
  name: "demo-review",
  matches: /^Review the thread/,
  reply: inSteps(
    () => ({ text: "I read the code around the change.", calls: [read("src/slug.js")] }),
    () => ({
      calls: [{ tool: "report_findings", input: { summary: verdict, findings: findings() } }],
    }),
  ),
};

const verdict = "The change is right; no comment says why the index is rounded down.";

function findings() {
  const place = { path: "src/slug.js", line: lineOf(slugFile(), "Math.floor(") };
  return [
    finding("Nothing says why it is floor", place, "A comment would keep it so."),
    finding("No comment says why it is floor", place, "Somebody may round again."),
    finding("The port is not checked", { path: "src/main.js", line: 1 }, "It may be NaN."),
  ];
}

const comment: FileChange = {
  path: "src/slug.js",
  find: "Math.floor(",
  replace: "/* One past the end is no letter. */ Math.floor(",
};

/** Documents, and tries to change code on the way. */
const documentScenario: Scenario = {
  name: "demo-document",
  matches: /^Bring the documents and comments up to date/,
  reply: inSteps(
    () => ({
      text: "A paragraph for the README, and the comment that the review missed.",
      calls: [patchCall({ ...demoFiles, "src/slug.js": slugFile() }, [paragraph, comment])],
    }),
    () => ({
      text: "In a document turn code cannot change; here is what happens to whoever tries.",
      calls: [exec("sed -i 's/8080/9090/' src/main.js")],
    }),
    () => ({ text: "The README and one comment are up to date; no code changed." }),
  ),
};

export const phaseScenarios: readonly Scenario[] = [
  planScenario,
  implementScenario,
  reviewScenario,
  documentScenario,
];

/** The generator as the plan leaves it. */
function slugFile(files: Files = demoFiles): string {
  return (files["src/slug.js"] ?? "").replace("Math.round(", "Math.floor(");
}

function lineOf(text: string, words: string): number {
  return text.slice(0, text.indexOf(words)).split("\n").length;
}
