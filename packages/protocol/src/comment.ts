import * as z from "zod";
import { Actor, CommitHash, mutation, Timestamp } from "./common.ts";
import { method, perThread, unordered } from "./define.ts";
import { CommentId, ThreadId, TurnId } from "./ids.ts";
import { PlanHash, Turn } from "./turn.ts";

/** A comment is about so many lines at most. */
export const anchorLines = 500;

/** What a comment is about, known by its text, so that it is found again when lines move. */
export const Anchor = z.object({
  side: z.enum(["new", "old"]).describe("`old`: of deleted lines."),
  lines: z.array(z.string()).min(1).max(anchorLines),
  before: z.array(z.string()).max(3),
  after: z.array(z.string()).max(3),
});
export type Anchor = z.infer<typeof Anchor>;

export const Comment = z.object({
  id: CommentId,
  threadId: ThreadId,
  path: z.string(),
  anchor: Anchor,
  start: z.int().positive().describe("Where it was when it was written."),
  tree: CommitHash.nullable()
    .default(null)
    .describe("The files that it was written on: renames are followed from there."),
  text: z.string(),
  state: z.enum(["open", "sent"]),
  turnId: TurnId.nullable().describe("The turn that it was sent with."),
  author: Actor,
  createdAt: Timestamp,
});
export type Comment = z.infer<typeof Comment>;

export const PlacedComment = Comment.extend({
  path: z.string().describe("What its file is called now."),
  place: z
    .object({ start: z.int().positive(), end: z.int().positive() })
    .nullable()
    .describe("Where its lines are now; null when they are gone."),
});
export type PlacedComment = z.infer<typeof PlacedComment>;

export const commentMethods = {
  "comment/add": method({
    summary: "Comment on lines of a thread's diff. It waits until the batch is sent.",
    params: z.object({
      threadId: ThreadId,
      path: z.string().min(1).max(4096),
      side: z.enum(["new", "old"]).default("new"),
      start: z.int().positive(),
      end: z.int().positive().optional().describe("Else only that line."),
      text: z.string().trim().min(1).max(10_000),
      ...mutation,
    }),
    result: PlacedComment,
    mutates: true,
    scope: perThread,
  }),
  "comment/list": method({
    summary: "List a thread's comments, with the place that each has in the diff as it is now.",
    params: z.object({ threadId: ThreadId }),
    result: z.object({ data: z.array(PlacedComment) }),
    mutates: false,
    scope: unordered,
  }),
  "comment/remove": method({
    summary: "Take a comment back that was not sent yet.",
    params: z.object({ threadId: ThreadId, commentId: CommentId, ...mutation }),
    result: z.object({}),
    mutates: true,
    scope: perThread,
  }),
  "comment/send": method({
    summary: "Send all open comments to the agent, as one turn.",
    params: z.object({ threadId: ThreadId, planHash: PlanHash.optional(), ...mutation }),
    result: z.object({ turn: Turn, comments: z.array(CommentId) }),
    mutates: true,
    scope: perThread,
  }),
};
