import * as z from "zod";
import { AbsolutePath, Actor, mutation, page, pageParams, Timestamp } from "./common.ts";
import { method, unordered } from "./define.ts";
import { ApprovalId, ItemId, ProjectId, ThreadId, TurnId } from "./ids.ts";
import { ChangedFile } from "./item.ts";
import { McpTool } from "./mcp.ts";
import { SpendingLimit } from "./policy-rule.ts";

/** Exactly what will happen on consent; the approval's hash covers all of it. */
export const ApprovalSubject = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("command"),
    cmd: z.string(),
    cwd: AbsolutePath,
    tty: z.boolean(),
  }),
  z.object({ type: z.literal("patch"), patch: z.string(), changes: z.array(ChangedFile) }),
  z
    .object({
      type: z.literal("changes"),
      cmd: z.string().nullable().describe("What made them; null where it was no one command."),
      changes: z.array(ChangedFile).describe("The first of them, where there are many."),
      totals: z.object({ files: z.int(), additions: z.int(), deletions: z.int() }),
      fromTree: z.string().describe("What is restored if they are declined."),
      toTree: z.string(),
    })
    .describe("What has happened to the files already: it is kept, or it is taken back."),
  z.object({
    type: z.literal("input"),
    itemId: ItemId,
    cmd: z.string(),
    cwd: AbsolutePath,
    chars: z.string(),
  }),
  z
    .object({
      type: z.literal("planDeviation"),
      planHash: z.string(),
      files: z.array(z.string()).describe("What the plan lets change."),
      lineBudget: z.int(),
      outside: z.array(z.string()).describe("What has changed and is not in the plan."),
      lines: z.int().describe("How many lines have changed by now."),
      changes: z.array(z.object({ path: z.string(), additions: z.int(), deletions: z.int() })),
      treeHash: z.string().describe("The files as they are now."),
      restores: z.string().describe("The tree to which declining takes the files back."),
    })
    .describe("The work has left its plan."),
  z
    .object({
      type: z.literal("mcpTool"),
      server: z.string(),
      tool: z.string(),
      arguments: z.string().describe("JSON."),
      host: z.string().nullable().describe("Where it goes; null for a server in the box."),
      hash: z.string().describe("Of the tool's definition."),
    })
    .describe("A call of a tool of an MCP server."),
  z
    .object({
      type: z.literal("mcpDefinition"),
      server: z.string(),
      before: McpTool.describe("As it was approved."),
      after: McpTool.describe("As the server describes it now."),
    })
    .describe("An MCP server describes a tool otherwise than it was approved."),
  z
    .object({ ...SpendingLimit.shape, spentUsd: z.number() })
    .describe("Asking the model again, after so much was spent."),
  z.object({
    type: z.literal("question"),
    question: z.string(),
    options: z.array(z.string()),
  }),
]);
export type ApprovalSubject = z.infer<typeof ApprovalSubject>;

export const Answer = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("accept"),
    scope: z
      .enum(["once", "thread", "rule"])
      .default("once")
      .describe(
        "`thread`: also later calls in this thread with the same hash. `rule`: the approval's `offer` becomes a rule of the project.",
      ),
  }),
  z.object({ type: z.literal("decline"), comment: z.string().max(10_000).optional() }),
  z.object({ type: z.literal("text"), text: z.string().min(1).max(10_000) }),
]);
export type Answer = z.infer<typeof Answer>;

/** The rule that an answer can make of an approval. */
export const RuleOffer = z.object({
  words: z.string().describe("The rule as the project's policy would have it."),
  replaces: z.string().nullable().describe("The rule of the project in whose place it comes."),
});
export type RuleOffer = z.infer<typeof RuleOffer>;

export const Approval = z.object({
  id: ApprovalId,
  projectId: ProjectId,
  threadId: ThreadId,
  turnId: TurnId,
  itemId: ItemId,
  kind: z.enum(["effect", "question", "planDeviation"]),
  subject: ApprovalSubject,
  reason: z.string().describe("The rule that asks, in words."),
  offer: RuleOffer.nullable().default(null),
  hash: z.string().describe("SHA-256 of the subject; an answer is consent to this and no more."),
  state: z.enum(["pending", "accepted", "declined", "answered", "cancelled", "expired"]),
  answer: Answer.nullable(),
  answeredBy: Actor.nullable(),
  createdAt: Timestamp,
  deadlineAt: Timestamp.nullable().describe("When it is declined by itself."),
  resolvedAt: Timestamp.nullable(),
});
export type Approval = z.infer<typeof Approval>;

export const approvalMethods = {
  "approval/list": method({
    summary: "List approvals that wait for an answer, oldest first.",
    params: z.object({ threadId: ThreadId.optional(), ...pageParams }),
    result: page(Approval),
    mutates: false,
    scope: unordered,
  }),
  "approval/resolve": method({
    summary: "Answer an approval. The first answer wins; later ones get it, with `resolved` false.",
    params: z.object({
      approvalId: ApprovalId,
      hash: z.string().describe("The hash of what was shown."),
      answer: Answer,
      ...mutation,
    }),
    result: z.object({ resolved: z.boolean(), approval: Approval }),
    mutates: true,
    scope: unordered,
  }),
};
