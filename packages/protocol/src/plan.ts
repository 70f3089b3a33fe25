import * as z from "zod";
import { Actor, mutation, Timestamp } from "./common.ts";
import { method, perThread, unordered } from "./define.ts";
import { PlanId, ThreadId, TurnId } from "./ids.ts";
import { PlanContent, StoredPlanContent } from "./plan-content.ts";
import { Turn } from "./turn.ts";

export const PlanState = z
  .enum(["proposed", "approved", "rejected", "superseded", "implemented"])
  .describe("Only what is approved is implemented; an edit takes the approval back.");
export type PlanState = z.infer<typeof PlanState>;

export const Plan = z.object({
  id: PlanId,
  threadId: ThreadId,
  turnId: TurnId.describe("The turn that proposed it."),
  version: z.int().positive().describe("Grows with each edit."),
  state: PlanState,
  content: StoredPlanContent,
  hash: z.string().describe("SHA-256 of the canonical form of `content`."),
  approvedHash: z.string().nullable().describe("The hash that was approved."),
  comment: z.string().nullable().describe("Why it was rejected."),
  decidedBy: Actor.nullable(),
  createdAt: Timestamp,
  updatedAt: Timestamp,
});
export type Plan = z.infer<typeof Plan>;

const shown = {
  threadId: ThreadId,
  hash: z.string().describe("The hash of the plan as it was shown; `stalePlan` if it is another."),
};

export const planMethods = {
  "plan/show": method({
    summary: "Read the newest plan of a thread.",
    params: z.object({ threadId: ThreadId }),
    result: Plan,
    mutates: false,
    scope: unordered,
  }),
  "plan/edit": method({
    summary: "Change a plan. It has to be approved again.",
    params: z.object({ ...shown, content: PlanContent, ...mutation }),
    result: Plan,
    mutates: true,
    scope: perThread,
  }),
  "plan/approve": method({
    summary: "Approve exactly this plan; `turn/start` then takes its hash.",
    params: z.object({ ...shown, ...mutation }),
    result: Plan,
    mutates: true,
    scope: perThread,
  }),
  "plan/reject": method({
    summary: "Reject a plan. A comment goes to the agent, as a new plan turn.",
    params: z.object({ ...shown, comment: z.string().min(1).max(10_000).optional(), ...mutation }),
    result: z.object({ plan: Plan, turn: Turn.nullable().describe("The new plan turn.") }),
    mutates: true,
    scope: perThread,
  }),
};
