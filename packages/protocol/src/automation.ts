import * as z from "zod";
import { Automation, AutomationOptions, Trigger, Work } from "./automation-row.ts";
import { mutation, page, pageParams, Timestamp } from "./common.ts";
import { globally, method, perProject, unordered } from "./define.ts";
import { AutomationId, ProjectId, RunId } from "./ids.ts";
import { Run, RunState } from "./run.ts";

const name = z.string().trim().min(1).max(100);

/** Only what is given is changed. */
const Changes = z.object({
  name: name.optional(),
  trigger: Trigger.optional(),
  work: Work.optional(),
  options: AutomationOptions.partial().optional(),
});

const Slots = z.object({
  slots: z.array(Timestamp).describe("The next slots, without their jitter."),
  warnings: z.array(z.string()).describe("What may surprise: both day fields, changes of clocks."),
});

export const automationMethods = {
  "automation/add": method({
    summary: "Add a recurring task. It runs by itself from now on, with no client attached.",
    params: z.object({
      projectId: ProjectId,
      name: name.optional(),
      trigger: Trigger,
      work: Work,
      options: AutomationOptions.partial().default({}),
      ...mutation,
    }),
    result: Automation,
    mutates: true,
    scope: perProject,
  }),
  "automation/list": method({
    summary: "List automations, oldest first.",
    params: z.object({ projectId: ProjectId.optional(), ...pageParams }),
    result: page(Automation),
    mutates: false,
    scope: unordered,
  }),
  "automation/show": method({
    summary: "Read one automation with its last runs.",
    params: z.object({ automationId: AutomationId }),
    result: z.object({ automation: Automation, runs: z.array(Run) }),
    mutates: false,
    scope: unordered,
  }),
  "automation/edit": method({
    summary: "Change an automation. A changed schedule counts from now.",
    params: z.object({ automationId: AutomationId, changes: Changes, ...mutation }),
    result: Automation,
    mutates: true,
    scope: globally,
  }),
  "automation/pause": method({
    summary: "Begin no more runs by itself. A run that goes on is not touched.",
    params: z.object({
      automationId: AutomationId,
      reason: z.string().trim().max(500).default("paused by the user"),
      ...mutation,
    }),
    result: Automation,
    mutates: true,
    scope: globally,
  }),
  "automation/resume": method({
    summary: "Run by itself again, from now on; slots of the pause are not made up for.",
    params: z.object({ automationId: AutomationId, ...mutation }),
    result: Automation,
    mutates: true,
    scope: globally,
  }),
  "automation/remove": method({
    summary: "Remove an automation and its runs. One that goes on is cancelled; findings stay.",
    params: z.object({ automationId: AutomationId, ...mutation }),
    result: z.object({}),
    mutates: true,
    scope: globally,
  }),
  "automation/run": method({
    summary:
      "Begin a run now: of an automation, or of a recipe in a project, which is remembered as an automation that nothing triggers.",
    params: z.object({
      automationId: AutomationId.optional(),
      recipe: z
        .object({ projectId: ProjectId, name: z.string().max(64) })
        .optional()
        .describe("Without an automation."),
      ...mutation,
    }),
    result: Run.describe("`skipped` where another run goes on and the automation says so."),
    mutates: true,
    scope: unordered,
  }),
  "automation/history": method({
    summary: "List runs, newest first. Every outcome is one.",
    params: z.object({
      automationId: AutomationId.optional(),
      projectId: ProjectId.optional(),
      state: RunState.optional(),
      ...pageParams,
    }),
    result: page(Run),
    mutates: false,
    scope: unordered,
  }),
  "automation/next": method({
    summary: "When an automation, or a schedule that is yet to be added, comes next.",
    params: z.object({
      automationId: AutomationId.optional(),
      schedule: z.object({ cron: z.string().max(200), zone: z.string().max(100) }).optional(),
      count: z.int().min(1).max(100).default(5),
    }),
    result: Slots,
    mutates: false,
    scope: unordered,
  }),
  "automation/backfill": method({
    summary: "Run for slots of the past that have no run, oldest first.",
    params: z.object({
      automationId: AutomationId,
      from: Timestamp,
      to: Timestamp,
      max: z.int().min(1).max(100).default(10),
      ...mutation,
    }),
    result: z.object({
      runIds: z.array(RunId),
      left: z.int().describe("Slots that are beyond `max`."),
    }),
    mutates: true,
    scope: globally,
  }),
};
