import * as z from "zod";
import { AbsolutePath, Timestamp } from "./common.ts";
import { method, unordered } from "./define.ts";
import { ItemId, ThreadId, TurnId } from "./ids.ts";
import { PlanContent } from "./plan-content.ts";
import { ReportedFinding } from "./review-finding.ts";

/** One part of what a user sends. */
export const Part = z.discriminatedUnion("type", [
  z.object({ type: z.literal("text"), text: z.string().max(524_288) }),
  z.object({ type: z.literal("image"), path: AbsolutePath }),
  z.object({ type: z.literal("file"), path: z.string().min(1).max(4096) }),
]);
export type Part = z.infer<typeof Part>;

export const ItemState = z
  .enum(["running", "completed", "failed", "declined", "interrupted", "superseded"])
  .describe(
    "`superseded`: part of a response that was cut and asked for again. A userMessage is `running` until the model has been told, and `interrupted` while it waits for the next turn.",
  );
export type ItemState = z.infer<typeof ItemState>;

export const PlanStep = z.object({
  step: z.string(),
  status: z.enum(["pending", "inProgress", "completed"]),
});
export type PlanStep = z.infer<typeof PlanStep>;

export const ChangedFile = z.object({
  path: z.string(),
  oldPath: z.string().optional(),
  kind: z.enum(["add", "update", "delete", "move"]),
  additions: z.int(),
  deletions: z.int(),
});
export type ChangedFile = z.infer<typeof ChangedFile>;

export const StopReason = z
  .enum(["timedOut", "killed", "outputLimit", "memoryLimit", "processLimit", "boxLost"])
  .describe("`memoryLimit` and `processLimit` end the whole box, `boxLost` was its own end.");
export type StopReason = z.infer<typeof StopReason>;

const base = {
  id: ItemId,
  threadId: ThreadId,
  turnId: TurnId,
  state: ItemState,
  createdAt: Timestamp,
  completedAt: Timestamp.nullable(),
};

/** Long text: what an event carries of it, and how long all of it is, in UTF-16 units. */
const longText = {
  text: z.string().describe("Its head of at most 256 KiB; read the rest with `item/read`."),
  textLength: z.int().nonnegative().describe("UTF-16 units of the whole text."),
};

export const Item = z.discriminatedUnion("type", [
  z.object({
    ...base,
    type: z.literal("userMessage"),
    input: z.array(Part),
  }),
  z.object({ ...base, type: z.literal("agentMessage"), ...longText }),
  z.object({ ...base, type: z.literal("reasoning"), ...longText }),
  z.object({
    ...base,
    type: z.literal("plan"),
    callId: z.string(),
    steps: z.array(PlanStep),
    proposal: PlanContent.nullable()
      .default(null)
      .describe("The plan that a plan turn proposes; null for the steps of work that goes on."),
  }),
  z.object({
    ...base,
    type: z.literal("reviewFinding"),
    callId: z.string(),
    finding: ReportedFinding,
  }),
  z.object({
    ...base,
    type: z.literal("commandExecution"),
    callId: z.string(),
    cmd: z.string(),
    cwd: AbsolutePath,
    sessionId: z.int().nullable().describe("Set while the command runs on after its call."),
    exitCode: z.int().nullable(),
    wallMs: z.int().nullable(),
    profileHash: z.string().nullable().describe("The box that it ran in."),
    stopReason: StopReason.nullable().describe("Set when it did not end by itself."),
    outputBytes: z
      .int()
      .nonnegative()
      .nullable()
      .describe("All that it wrote, once it has ended; `item/output` reads it."),
    treeHash: z
      .string()
      .nullable()
      .default(null)
      .describe("The tree of the worktree's files when it began, where it was looked at."),
    by: z
      .enum(["agent", "gate"])
      .default("agent")
      .describe("`gate`: a check of the project that was run again to prove the work."),
    ...longText,
  }),
  z.object({
    ...base,
    type: z.literal("fileChange"),
    callId: z.string(),
    changes: z.array(ChangedFile),
    ...longText,
  }),
  z.object({
    ...base,
    type: z.literal("toolCall"),
    callId: z.string(),
    tool: z.string(),
    arguments: z.string(),
    ...longText,
  }),
  z
    .object({
      ...base,
      type: z.literal("compaction"),
      kind: z
        .enum(["masked", "summarized"])
        .describe("`masked`: old results were left out. `summarized`: old items were summed up."),
      tokensBefore: z.int().nonnegative().describe("An estimate, as all of these."),
      tokensAfter: z.int().nonnegative(),
      contextTokens: z.int().positive().describe("What the model can hold."),
      ...longText,
    })
    .describe("What the model is sent became shorter; everything is kept in the thread."),
]);
export type Item = z.infer<typeof Item>;
export type ItemType = Item["type"];

/** Streamed text of an item. `offset` proves that nothing was missed. */
export const ItemDelta = z.object({
  threadId: ThreadId,
  itemId: ItemId,
  part: z.literal("text"),
  offset: z.int().nonnegative().describe("Where `text` begins, in UTF-16 units."),
  text: z.string(),
});
export type ItemDelta = z.infer<typeof ItemDelta>;

export const itemMethods = {
  "item/read": method({
    summary: "Read a range of an item's whole text; less than asked for where a frame is full.",
    params: z.object({
      itemId: ItemId,
      offset: z.int().nonnegative().default(0),
      limit: z.int().min(1).max(262_144).default(262_144),
    }),
    result: z.object({ text: z.string(), offset: z.int(), textLength: z.int() }),
    mutates: false,
    scope: unordered,
  }),
  "item/output": method({
    summary:
      "Read bytes of a command's output, which may be longer than its text; kept for a week.",
    params: z.object({
      itemId: ItemId,
      offset: z.int().nonnegative().default(0).describe("In bytes."),
      limit: z.int().min(1).max(524_288).default(262_144),
    }),
    result: z.object({
      base64: z.base64().describe("Empty at the end."),
      offset: z.int(),
      outputBytes: z.int().describe("How much there is so far."),
    }),
    mutates: false,
    scope: unordered,
  }),
};
