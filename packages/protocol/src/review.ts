import * as z from "zod";
import {
  Actor,
  BranchName,
  CommitHash,
  Failure,
  mutation,
  page,
  pageParams,
  Timestamp,
} from "./common.ts";
import { method, perProject, perThread, unordered } from "./define.ts";
import { ItemId, ProjectId, ReviewId, ThreadId, TurnId } from "./ids.ts";
import { ReportedFinding } from "./review-finding.ts";
import { PlanHash, Turn } from "./turn.ts";

/** As git names commits; the daemon looks for it among the objects first. */
const Revision = z
  .string()
  .trim()
  .max(250)
  .regex(/^\P{Cc}+$/u, "expected a commit: a hash or its beginning, a tag, or such as HEAD~1");

export const ReviewTarget = z.discriminatedUnion("type", [
  z.object({ type: z.literal("uncommitted") }).describe("What the user's checkout has on top."),
  z
    .object({ type: z.literal("branch"), branch: BranchName })
    .describe("Since it left the project's target branch."),
  z
    .object({ type: z.literal("commit"), commit: Revision })
    .describe("Of a review that was started, the full hash."),
  z.object({ type: z.literal("thread"), threadId: ThreadId }),
]);
export type ReviewTarget = z.infer<typeof ReviewTarget>;

export const Dismissal = z.object({
  by: Actor,
  reason: z.string().nullable(),
  at: Timestamp,
});
export type Dismissal = z.infer<typeof Dismissal>;

export const ReviewFinding = ReportedFinding.extend({
  id: ItemId.describe("Its item in the review's thread."),
  merged: z.int().nonnegative().describe("How many others said the same of the same place."),
  dismissed: Dismissal.nullable()
    .default(null)
    .describe("By whom it was found to be wrong: it stops no landing, and is not sent back."),
});
export type ReviewFinding = z.infer<typeof ReviewFinding>;

/** Whether a finding keeps work from landing: it is of priority 0 or 1, and nobody dismissed it. */
export function stopsLanding({ priority, dismissed }: ReviewFinding): boolean {
  return priority <= 1 && dismissed === null;
}

export const Review = z.object({
  id: ReviewId,
  projectId: ProjectId,
  target: ReviewTarget,
  threadId: ThreadId.describe("The thread that reviews, with nothing in its context but this."),
  turnId: TurnId,
  from: CommitHash,
  to: CommitHash.describe("The tree that is reviewed."),
  state: z.enum(["running", "done", "failed"]),
  findings: z.array(ReviewFinding).describe("The most urgent first."),
  outside: z
    .int()
    .nonnegative()
    .describe("Findings that were dropped: their place did not change."),
  summary: z.string().nullable(),
  failure: Failure.nullable(),
  createdAt: Timestamp,
  completedAt: Timestamp.nullable(),
});
export type Review = z.infer<typeof Review>;

const FindingIds = z.array(ItemId).min(1).max(200);

export const reviewMethods = {
  "review/start": method({
    summary: "Review a change with a fresh context, in a read-only box. Follow its thread.",
    params: z.object({
      projectId: ProjectId,
      target: ReviewTarget,
      model: z.string().max(200).optional().describe("Else that of the role `review`."),
      ...mutation,
    }),
    result: Review,
    mutates: true,
    scope: perProject,
  }),
  "review/read": method({
    summary: "Read a review with its findings.",
    params: z.object({ reviewId: ReviewId }),
    result: Review,
    mutates: false,
    scope: unordered,
  }),
  "review/list": method({
    summary: "List reviews, newest first.",
    params: z.object({ projectId: ProjectId.optional(), ...pageParams }),
    result: page(Review),
    mutates: false,
    scope: unordered,
  }),
  "review/newest": method({
    summary: "Read the newest review of exactly what a target is now; null where there is none.",
    params: z.object({ projectId: ProjectId, target: ReviewTarget }),
    result: z.object({ review: Review.nullable().describe("One that is done.") }),
    mutates: false,
    scope: unordered,
  }),
  "review/dismiss": method({
    summary: "Say that findings of a review are wrong, or take that back.",
    params: z.object({
      reviewId: ReviewId,
      findings: FindingIds,
      dismissed: z.boolean().default(true).describe("`false` takes it back."),
      reason: z.string().trim().min(1).max(1_000).optional(),
      ...mutation,
    }),
    result: Review,
    mutates: true,
    scope: unordered,
  }),
  "review/fix": method({
    summary: "Send findings of a review to a thread, as one turn.",
    params: z.object({
      reviewId: ReviewId,
      threadId: ThreadId,
      findings: FindingIds.optional().describe("Else all that were not dismissed."),
      planHash: PlanHash.optional(),
      ...mutation,
    }),
    result: Turn,
    mutates: true,
    scope: perThread,
  }),
};
