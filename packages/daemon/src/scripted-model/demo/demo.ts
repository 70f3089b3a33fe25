import type { FileChange, Files } from "../patch.ts";
import type { Scenario } from "../types.ts";
import { expiryChanges, expiryScenario } from "./expiry-task.ts";
import { demoFiles } from "./files.ts";
import { phaseScenarios, phasesTask } from "./phases.ts";
import { slugChanges, slugScenario } from "./slug-task.ts";
import { statsChanges, statsScenario } from "./stats-task.ts";

export interface DemoTask {
  readonly title: string;
  readonly prompt: string;
  readonly policy: "workspace" | "ask";
}

/** What `GET /demo` answers: a repository to make, and tasks in the order to land them. */
export interface Demo {
  readonly files: Files;
  readonly tasks: readonly DemoTask[];
  readonly check: string;
  /** The first words of the demo of the phases. */
  readonly phases: string;
}

export const demo: Demo = {
  files: demoFiles,
  // The check fails as long as the first task has not landed.
  tasks: [
    {
      title: "Fix the failing test in the slug generator",
      prompt: "Fix the failing test in the slug generator.",
      policy: "workspace",
    },
    {
      title: "Add click statistics: GET /stats/:slug",
      prompt:
        "Add click statistics: GET /stats/:slug answers with the slug, its URL and how often the " +
        "link has been followed. Add tests and a section in the README.",
      policy: "ask",
    },
    {
      title: "Add expiring links: expiresInSeconds on POST /links, 410 when expired",
      prompt:
        "Add expiring links: POST /links takes an optional expiresInSeconds, and an expired link " +
        "answers 410. Add tests and a paragraph in the README.",
      policy: "workspace",
    },
  ],
  check: "node --test",
  phases: phasesTask,
};

export const demoScenarios: readonly Scenario[] = [
  ...phaseScenarios,
  slugScenario,
  statsScenario,
  expiryScenario,
];

/** What each task changes in the end, in the order of the tasks. */
export const demoChanges: readonly (readonly FileChange[])[] = [
  slugChanges,
  statsChanges,
  expiryChanges,
];
