import * as z from "zod";
import { AbsolutePath, CommitHash, Failure, Timestamp } from "./common.ts";
import { ProjectId, ReviewId, TaskId, ThreadId, TurnId } from "./ids.ts";
import { EndState } from "./turn.ts";

export const PolicyName = z
  .enum(["workspace", "ask", "readOnly"])
  .describe("`workspace`: boxed commands and patches run. `ask`: each effect asks.");
export type PolicyName = z.infer<typeof PolicyName>;

/** The preset of a thread that is begun without one. */
export const usualPolicy = "workspace" satisfies PolicyName;

export const ThreadStatus = z.enum([
  "provisioning",
  "idle",
  "queued",
  "running",
  "waitingForApproval",
  "waitingForUser",
  "landing",
  "failed",
  "detached",
  "archived",
]);
export type ThreadStatus = z.infer<typeof ThreadStatus>;

export const Thread = z.object({
  id: ThreadId,
  projectId: ProjectId,
  taskId: TaskId,
  title: z.string(),
  status: ThreadStatus,
  policy: PolicyName,
  target: z.string().describe("The branch that it lands on."),
  branch: z.string().nullable().describe("`heddle/…`; null until its worktree is begun."),
  baseCommit: CommitHash.describe("Where the thread branched off; a landing moves it."),
  worktree: AbsolutePath.nullable().describe("Null before it is made and after the archive."),
  portBase: z.int().describe("The first of ten ports that are leased to the thread."),
  landedCommit: CommitHash.nullable().describe("The target's tip after the last landing."),
  unlandedCommit: CommitHash.nullable().describe("The newest that its turns made since then."),
  lastTurn: EndState.nullable().describe("How the turn that ended last has ended."),
  failure: Failure.nullable().describe(
    "Why it could not be prepared, or, with the kind `detached`, what it was cut off from.",
  ),
  planMode: z.boolean().default(false).describe("Whether a turn plans unless it says otherwise."),
  reviewId: ReviewId.nullable().default(null).describe("The review that the thread was made for."),
  forkedFrom: z
    .object({ threadId: ThreadId, turnId: TurnId })
    .nullable()
    .default(null)
    .describe("The turn of another thread from which it goes on."),
  createdAt: Timestamp,
  updatedAt: Timestamp,
});
export type Thread = z.infer<typeof Thread>;
