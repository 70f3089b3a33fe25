import * as z from "zod";
import { Timestamp } from "./common.ts";
import { AutomationId, ProjectId } from "./ids.ts";
import { RunState } from "./run.ts";
import { PolicyName } from "./thread-row.ts";
import { Budget } from "./turn.ts";

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

/** What begins a run by itself. `manual`: nothing does. */
export const Trigger = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("schedule"),
    cron: z.string().max(200).describe("Minute, hour, day, month and weekday."),
    zone: z.string().max(100).describe("An IANA time zone."),
  }),
  z.object({
    type: z.literal("commit"),
    branches: z.array(z.string().max(250)).min(1).max(50).default(["*"]).describe("Globs."),
    paths: z.array(z.string().max(500)).max(50).default([]).describe("Globs; none: every path."),
    debounceMs: z.int().min(0).max(3_600_000).default(0),
  }),
  z.object({
    type: z.literal("after"),
    automationId: AutomationId,
    on: z.enum(["any", "clean", "findings"]).default("any").describe("Which outcomes."),
  }),
  z.object({ type: z.literal("manual") }),
]);
export type Trigger = z.infer<typeof Trigger>;

/** What a run does. */
export const Work = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("recipe"),
    recipe: z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]{0,63}$/, "expected a recipe's name")
      .describe("A built-in one, or a file `NAME.md` in `.heddle/automations/`."),
  }),
  z.object({ type: z.literal("prompt"), prompt: z.string().trim().min(1).max(20_000) }),
]);
export type Work = z.infer<typeof Work>;

export const CatchUp = z
  .object({
    mode: z.enum(["none", "one", "all"]),
    max: z.int().min(1).max(100).default(10).describe("For `all`: the newest so many."),
    windowMs: z
      .int()
      .positive()
      .default(7 * dayMs)
      .describe("What was due earlier is missed."),
  })
  .describe("What becomes of slots that passed while nothing could run.");
export type CatchUp = z.infer<typeof CatchUp>;

/** How an automation behaves; see `automationDefaults`. */
export const AutomationOptions = z.object({
  policy: PolicyName.describe("Of the threads that it starts."),
  model: z.string().max(200).nullable().describe("Else that of the role `main`."),
  catchUp: CatchUp,
  overlap: z
    .enum(["skip", "bufferOne", "cancelOther", "allow"])

    .describe("What a slot does while an earlier run goes on; waiting for an answer goes on, too."),
  jitter: z
    .boolean()

    .describe("Delay each slot by the same part of its interval, at most 10 minutes."),
  unattended: z
    .object({
      deadlineMs: z
        .int()
        .min(1000)
        .max(30 * dayMs),
      onDeadline: z.enum(["deny", "stop"]).describe("`stop`: the run ends as `timedOut`."),
    })

    .describe("What becomes of approvals that nobody answers."),
  runBudget: Budget,
  dayBudget: Budget,
  timeoutMs: z
    .int()
    .min(1000)
    .max(30 * dayMs)

    .describe("A run that works for longer ends as `timedOut`."),
  pauseAfterFailures: z.int().min(0).max(100).describe("In a row; 0: never."),
  fixes: z
    .int()
    .min(0)
    .max(10)
    .describe(
      "So many findings of each run are fixed by themselves, the worst first, each once and in a thread of its own, which waits for review.",
    ),
  keepRuns: z.int().min(1).max(10_000).describe("Older runs are forgotten."),
});
export type AutomationOptions = z.infer<typeof AutomationOptions>;

/** What holds for an automation unless it is set up otherwise. */
export const automationDefaults: AutomationOptions = {
  policy: "workspace",
  model: null,
  catchUp: { mode: "one", max: 10, windowMs: 7 * dayMs },
  overlap: "skip",
  jitter: true,
  unattended: { deadlineMs: dayMs, onDeadline: "deny" },
  runBudget: {},
  dayBudget: {},
  timeoutMs: 2 * 60 * minuteMs,
  pauseAfterFailures: 5,
  fixes: 0,
  keepRuns: 200,
};

export const Automation = z.object({
  id: AutomationId,
  projectId: ProjectId,
  name: z.string(),
  trigger: Trigger,
  work: Work,
  options: AutomationOptions,
  paused: z
    .object({ reason: z.string(), at: Timestamp, by: z.enum(["user", "failures", "project"]) })
    .nullable(),
  nextSlotAt: Timestamp.nullable().describe("The next slot of its schedule."),
  nextRunAt: Timestamp.nullable().describe("When that begins: the slot and its jitter."),
  failures: z.int().describe("Runs in a row that failed."),
  lastState: RunState.nullable().describe("The outcome of the last run."),
  createdAt: Timestamp,
  updatedAt: Timestamp,
});
export type Automation = z.infer<typeof Automation>;
