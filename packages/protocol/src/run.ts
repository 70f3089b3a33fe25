import * as z from "zod";
import { CommitHash, Failure, Timestamp } from "./common.ts";
import { AutomationId, FindingId, ProjectId, RunId, ThreadId, TurnId } from "./ids.ts";

export const RunState = z
  .enum([
    "claimed",
    "provisioning",
    "running",
    "waitingForApproval",
    "clean",
    "findings",
    "couldNotCheck",
    "failed",
    "timedOut",
    "missed",
    "skipped",
    "cancelled",
  ])
  .describe(
    "`couldNotCheck`: nothing is known, so nothing is said to be well. `missed`: no run for slots that passed.",
  );
export type RunState = z.infer<typeof RunState>;

export const openRunStates = [
  "claimed",
  "provisioning",
  "running",
  "waitingForApproval",
] as const satisfies RunState[];

export function runEnded(state: RunState): boolean {
  return !(openRunStates as readonly RunState[]).includes(state);
}

/** How the findings of a run compare with those that were known. */
export const FindingCounts = z.object({
  new: z.int(),
  reopened: z.int(),
  worse: z.int(),
  open: z.int(),
  fixed: z.int(),
  accepted: z.int(),
});
export type FindingCounts = z.infer<typeof FindingCounts>;

export const RunTrigger = z
  .enum(["schedule", "backfill", "commit", "after", "manual", "fix"])
  .describe("`fix`: a run of its automation has found what this one is to fix.");
export type RunTrigger = z.infer<typeof RunTrigger>;

/** One firing of an automation, and what really came of it. */
export const Run = z.object({
  id: RunId,
  automationId: AutomationId,
  projectId: ProjectId,
  trigger: RunTrigger,
  slot: z.string().describe("What it stands for; there is one run for it."),
  slotAt: Timestamp.nullable(),
  state: RunState,
  reason: z.string().nullable().describe("Why it was missed, skipped or cancelled."),
  slots: z.int().describe("How many slots it stands for: those that were missed count with it."),
  commit: z
    .object({ branch: z.string(), commit: CommitHash, tree: CommitHash, change: z.string() })
    .nullable(),
  originRunId: RunId.nullable().describe("The run that led to it."),
  findingId: FindingId.nullable().default(null).describe("What a `fix` is to fix."),
  threadId: ThreadId.nullable(),
  turnId: TurnId.nullable(),
  summary: z.string().nullable(),
  counts: FindingCounts.nullable(),
  figures: z.record(z.string(), z.number()).default({}).describe("What a recipe measured."),
  failure: Failure.nullable(),
  claimedAt: Timestamp,
  startedAt: Timestamp.nullable(),
  endedAt: Timestamp.nullable(),
});
export type Run = z.infer<typeof Run>;
