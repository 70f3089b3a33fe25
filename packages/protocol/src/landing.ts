import * as z from "zod";
import { CommitHash, Failure, mutation, Timestamp } from "./common.ts";
import { method, perThread } from "./define.ts";
import { LandingId, ThreadId } from "./ids.ts";

export const CheckResult = z.object({
  command: z.string(),
  exitCode: z.int().nullable(),
  wallMs: z.int(),
  output: z.string().describe("The last 16 KiB."),
});
export type CheckResult = z.infer<typeof CheckResult>;

export const Landing = z.object({
  id: LandingId,
  threadId: ThreadId,
  treeHash: CommitHash.describe("The thread's tree that was reviewed."),
  target: z.string(),
  squash: z.boolean(),
  state: z
    .enum(["queued", "reviewing", "rebasing", "checking", "moving", "landed", "refused"])
    .describe("`moving`: the target, and the files of its checkout, are being taken to `commit`."),
  commit: CommitHash.nullable().describe("The target's new tip."),
  checkCount: z.int().nonnegative().describe("How many checks there are to pass, once known."),
  checks: z.array(CheckResult),
  failure: Failure.nullable(),
  createdAt: Timestamp,
  completedAt: Timestamp.nullable(),
});
export type Landing = z.infer<typeof Landing>;

export const landingMethods = {
  "thread/land": method({
    summary:
      "Land a reviewed tree: rebase onto the target, run the checks on the result, fast-forward.",
    params: z.object({
      threadId: ThreadId,
      treeHash: CommitHash.describe("As `thread/diff` showed it."),
      squash: z.boolean().default(false),
      ...mutation,
    }),
    result: Landing,
    mutates: true,
    scope: perThread,
  }),
};
