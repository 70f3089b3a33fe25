import * as z from "zod";
import { CommitHash, Failure, mutation, page, pageParams, Timestamp } from "./common.ts";
import { method, perThread, unordered } from "./define.ts";
import { PlanId, ThreadId, TurnId } from "./ids.ts";
import { Item, Part } from "./item.ts";
import { Effort, Role } from "./model.ts";
import { endStates } from "./states.ts";

export const TurnState = z.enum([
  "queued",
  "building",
  "sampling",
  "dispatching",
  "waitingForApproval",
  "waitingForUser",
  "retryWait",
  "compacting",
  "gate",
  "done",
  "doneUnverified",
  "interrupted",
  "failed",
]);
export type TurnState = z.infer<typeof TurnState>;

/** The states in which a turn never changes again. */
export const EndState = TurnState.extract([...endStates]).describe(
  "`doneUnverified`: the agent says that it is done, and what it says could not be proven.",
);
export type EndState = z.infer<typeof EndState>;

export const Mode = z
  .enum(["implement", "plan", "review", "document"])
  .describe(
    "What the turn is for. `plan` and `review` have no tool that writes, and a read-only box; `document` changes documents and comments only.",
  );
export type Mode = z.infer<typeof Mode>;

export const Usage = z.object({
  requests: z.int(),
  inputTokens: z.int(),
  cachedInputTokens: z.int(),
  outputTokens: z.int(),
  reasoningTokens: z.int(),
  estimated: z.boolean().default(false).describe("Whether some of it was estimated, not counted."),
  costUsd: z
    .number()
    .nullable()
    .default(null)
    .describe("What the requests with a known price cost; null when none had one."),
});
export type Usage = z.infer<typeof Usage>;

export const ContextUse = z.object({
  tokens: z.int().describe("An estimate of what the history takes."),
  limit: z.int().describe("What the model can hold."),
});
export type ContextUse = z.infer<typeof ContextUse>;

export const Budget = z.object({
  tokens: z
    .int()
    .positive()
    .optional()
    .describe("As providers count: all input of every request, and its output."),
  minutes: z
    .number()
    .positive()
    .optional()
    .describe("Of work; waiting for an answer does not count."),
  cost: z.number().positive().optional().describe("US dollars, where the model's price is known."),
});
export type Budget = z.infer<typeof Budget>;

export const BudgetLevel = z
  .object({
    what: z.string().describe("What is limited, such as `the tokens of this turn`."),
    left: z.string(),
    leftShare: z.number(),
  })
  .describe("How far a budget is used up.");
export type BudgetLevel = z.infer<typeof BudgetLevel>;

/** What was found when the agent said that it was done. No model is asked for it. */
export const Proof = z.object({
  verdict: z
    .enum(["unchanged", "unchecked", "passed", "failedBefore", "refused"])
    .describe(
      "`unchanged`: there was nothing to check. `unchecked`: the project has no checks. `passed`: they passed on exactly this tree. `failedBefore`: they passed but for some that failed before the turn just as they fail now. `refused`: see `problems`.",
    ),
  rounds: z.int().nonnegative().describe("How often the work was refused."),
  treeHash: CommitHash.nullable().describe("The tree that was judged; null if none had changed."),
  problems: z.array(z.string()),
  changedTests: z
    .array(z.string())
    .describe("Tests and CI files that the turn changed: look at them before you trust a check."),
  failedBefore: z
    .array(z.object({ command: z.string(), commit: CommitHash }))
    .default([])
    .describe("Checks that fail on this tree just as on this commit, on which the thread began."),
});
export type Proof = z.infer<typeof Proof>;

/** What a turn really did, as the daemon found it. */
export const TurnReport = z.object({
  files: z.array(
    z.object({
      path: z.string(),
      additions: z.int(),
      deletions: z.int(),
      planned: z.boolean().describe("Whether the plan speaks of it."),
    }),
  ),
  lines: z.int().describe("Added and deleted, together."),
  lineBudget: z.int().nullable(),
  checks: z.array(z.object({ cmd: z.string(), exitCode: z.int().nullable() })),
  left: z.array(z.string()).describe("Steps, checks and problems that are still open."),
});
export type TurnReport = z.infer<typeof TurnReport>;

export const PlanHash = z
  .string()
  .describe("The hash of the approved plan, which `implement` needs where there is one.");

export const Turn = z.object({
  id: TurnId,
  threadId: ThreadId,
  state: TurnState,
  mode: Mode,
  model: z.string().describe("As `provider/model`."),
  effort: Effort.nullable(),
  summary: z.string().nullable().describe("What the agent reported when it finished."),
  commit: CommitHash.nullable().describe("The commit of what the turn changed, if it did."),
  failure: Failure.nullable(),
  retryAt: Timestamp.nullable().describe("When the next try begins, in `retryWait`."),
  usage: Usage,
  budget: Budget.nullable().default(null).describe("What this turn may use, if it was limited."),
  proof: Proof.nullable().default(null).describe("The last judgement of what it did."),
  plan: z
    .object({ id: PlanId, hash: z.string() })
    .nullable()
    .default(null)
    .describe("The approved plan that it carries out."),
  report: TurnReport.nullable().default(null).describe("Of a turn that carries out a plan."),
  createdAt: Timestamp,
  startedAt: Timestamp.nullable(),
  interruptedAt: Timestamp.nullable()
    .default(null)
    .describe("When its end was asked for. What it had begun may still be settled after that."),
  completedAt: Timestamp.nullable(),
});
export type Turn = z.infer<typeof Turn>;

export const turnMethods = {
  "turn/start": method({
    summary: "Send input to a thread. A turn that cannot run at once is queued behind the others.",
    params: z.object({
      threadId: ThreadId,
      input: z.array(Part).min(1).max(100),
      mode: Mode.exclude(["review"])
        .optional()
        .describe("Else `plan` where the thread is in plan mode, or `implement`."),
      planHash: PlanHash.optional(),
      model: z.string().max(200).optional().describe("`provider/model`; goes before the role."),
      role: Role.default("main"),
      effort: Effort.optional().describe("Else that of the role."),
      budget: Budget.optional().describe("Else the configured one."),
      ...mutation,
    }),
    result: Turn,
    mutates: true,
    scope: perThread,
  }),
  "turn/steer": method({
    summary:
      "Send a message into the turn that runs, or the first that waits: the model is told before it is asked again. Where none does, a turn is started.",
    params: z.object({
      threadId: ThreadId,
      turnId: TurnId.optional().describe("Only into this turn; `conflict` when it has ended."),
      input: z.array(Part).min(1).max(100),
      ...mutation,
    }),
    result: z.object({
      turn: Turn.describe("The one that has the message."),
      item: Item.nullable().describe("The message; null when it has started the turn."),
    }),
    mutates: true,
    scope: perThread,
  }),
  "turn/list": method({
    summary: "List the turns of a thread, newest first.",
    params: z.object({ threadId: ThreadId, ...pageParams }),
    result: page(Turn),
    mutates: false,
    scope: unordered,
  }),
  "turn/interrupt": method({
    summary:
      "Stop a turn and all of its commands; what it changed within its plan, phase and policies is committed.",
    params: z.object({ turnId: TurnId, ...mutation }),
    result: z.object({ interrupted: z.boolean().describe("False when it had ended before.") }),
    mutates: true,
    scope: unordered,
  }),
};
