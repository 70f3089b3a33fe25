import * as z from "zod";
import { BranchName, mutation, page, pageParams, Seq } from "./common.ts";
import { method, perProject, perThread, unordered } from "./define.ts";
import { Diff } from "./diff.ts";
import { SequencedThreadEvent, ThreadView } from "./events.ts";
import { ItemId, ProjectId, TaskId, ThreadId, TurnId } from "./ids.ts";
import { Plan } from "./plan.ts";
import { PolicyName, Thread, usualPolicy } from "./thread-row.ts";
import { BudgetLevel, ContextUse, Usage } from "./turn.ts";

/** What a thread stands in now. */
export const ThreadFacts = z.object({
  thread: Thread,
  project: z.string(),
  model: z.string(),
  context: ContextUse,
  usage: Usage.describe(
    "Of all turns that were begun in the thread, not in one that it was forked from.",
  ),
  budgets: z.array(BudgetLevel),
  policy: PolicyName.describe("What holds where no rule speaks."),
  rules: z.array(z.string()).describe("The rules in force, in words, the widest first."),
  plan: Plan.nullable(),
  mcp: z.array(z.string()).describe("Servers of which tools are offered."),
  box: z.object({
    access: z.enum(["ro", "rw"]),
    hosts: z.array(z.string()).describe("What the network grants let it reach."),
    paths: z.array(z.string()).describe("What it can read besides the worktree."),
  }),
});
export type ThreadFacts = z.infer<typeof ThreadFacts>;

const StreamingText = z.object({
  itemId: ItemId,
  text: z.string().describe("The head of it; read the rest with `item/read`."),
  textLength: z.int().nonnegative().describe("UTF-16 units so far; the next delta begins there."),
});

export const threadMethods = {
  "thread/start": method({
    summary: "Begin a line of work in a worktree of its own. Its turns wait until it is ready.",
    params: z.object({
      projectId: ProjectId,
      title: z.string().trim().min(1).max(500),
      taskId: TaskId.optional().describe("Without it, a task is made."),
      policy: PolicyName.default(usualPolicy),
      target: BranchName.optional().describe("Else the project's target branch."),
      ...mutation,
    }),
    result: Thread,
    mutates: true,
    scope: perProject,
  }),
  "thread/list": method({
    summary: "List threads, newest first.",
    params: z.object({
      projectId: ProjectId.optional(),
      archived: z.boolean().default(false),
      ...pageParams,
    }),
    result: page(Thread),
    mutates: false,
    scope: unordered,
  }),
  "thread/read": method({
    summary:
      "Read a thread: its newest items, oldest first, and the seq that they stand for. With them come their turns and approvals, what is unfinished or pending, and the last landings, as far as a frame holds them.",
    params: z.object({
      threadId: ThreadId,
      before: ItemId.optional().describe("Only items that are older than this one."),
      until: z
        .union([ItemId, TurnId])
        .optional()
        .describe("Items as far as this one, or as the end of this turn; it is read too."),
      limit: z.int().min(1).max(500).default(50),
    }),
    result: ThreadView.extend({ hasOlder: z.boolean() }),
    mutates: false,
    scope: unordered,
  }),
  "thread/subscribe": method({
    summary:
      "Receive a thread's events from `afterSeq` on. While `live` is false, call again with `seq`. At `seqPruned`, also for a seq that the log has not reached, read the thread again.",
    params: z.object({ threadId: ThreadId, afterSeq: Seq }),
    result: z.object({
      events: z.array(SequencedThreadEvent),
      streaming: z.array(StreamingText).describe("The text so far of items that still stream."),
      seq: Seq,
      live: z.boolean(),
    }),
    mutates: false,
    scope: unordered,
  }),
  "thread/unsubscribe": method({
    summary: "Receive no more events of a thread.",
    params: z.object({ threadId: ThreadId }),
    result: z.object({}),
    mutates: false,
    scope: unordered,
  }),
  "thread/diff": method({
    summary: "What a thread changed since it branched off, by file and hunk.",
    params: z.object({ threadId: ThreadId }),
    result: Diff,
    mutates: false,
    scope: unordered,
  }),
  "thread/undo": method({
    summary: "Take back the last turns: files, commits and what the model remembers of them.",
    params: z.object({
      threadId: ThreadId,
      turns: z.int().min(1).max(100).default(1),
      ...mutation,
    }),
    result: z.object({ undone: z.array(TurnId) }),
    mutates: true,
    scope: perThread,
  }),
  "thread/planMode": method({
    summary: "Switch plan mode on or off: whether a turn plans unless it says otherwise.",
    params: z.object({ threadId: ThreadId, on: z.boolean(), ...mutation }),
    result: Thread,
    mutates: true,
    scope: perThread,
  }),
  "thread/fork": method({
    summary: "Go on from a turn in a new thread: its files, commits and history up to there.",
    params: z.object({
      threadId: ThreadId,
      turnId: TurnId.optional().describe("Else the last one that has ended."),
      title: z.string().trim().min(1).max(500).optional(),
      ...mutation,
    }),
    result: Thread,
    mutates: true,
    scope: perThread,
  }),
  "thread/status": method({
    summary: "What a thread stands in: model, context, usage, budgets, policy, plan and box.",
    params: z.object({ threadId: ThreadId }),
    result: ThreadFacts,
    mutates: false,
    scope: unordered,
  }),
  "thread/archive": method({
    summary: "Remove a thread's worktree. Unlanded work is first kept under a ref.",
    params: z.object({ threadId: ThreadId, ...mutation }),
    result: z.object({ thread: Thread, salvage: z.string().nullable().describe("The ref.") }),
    mutates: true,
    scope: perThread,
  }),
};
