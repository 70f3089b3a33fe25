import { z } from "zod";
import { AbsolutePath, CommitHash, Failure, Timestamp } from "./common.ts";
import { ProjectId, TaskId, ThreadId } from "./ids.ts";

export const PolicyName = z
  .enum(["workspace", "ask", "readOnly"])
  .describe("`workspace`: boxed commands and patches run. `ask`: each effect asks.");
export type PolicyName = z.infer<typeof PolicyName>;

export const ThreadStatus = z.enum([
  "provisioning",
  "idle",
  "queued",
  "running",
  "waitingForApproval",
  "waitingForUser",
  "landing",
  "failed",
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
  branch: z.string().nullable().describe("`heddle/…`; null until the worktree is made."),
  baseCommit: CommitHash.describe("Where the thread branched off; a landing moves it."),
  worktree: AbsolutePath.nullable().describe("Null before it is made and after the archive."),
  portBase: z.int().describe("The first of ten ports that are leased to the thread."),
  landedCommit: CommitHash.nullable().describe("The target's tip after the last landing."),
  failure: Failure.nullable().describe("Why the thread could not be prepared."),
  createdAt: Timestamp,
  updatedAt: Timestamp,
});
export type Thread = z.infer<typeof Thread>;
