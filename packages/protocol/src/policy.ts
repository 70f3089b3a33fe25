import * as z from "zod";
import { AbsolutePath, Actor, mutation, page, pageParams, Timestamp } from "./common.ts";
import { globally, method, unordered } from "./define.ts";
import { AutomationId, ProjectId, ThreadId } from "./ids.ts";
import { PolicyEffect, PolicyRule } from "./policy-rule.ts";
import { PolicyScope } from "./policy-scope.ts";
import { PolicyName } from "./thread-row.ts";

const RuleInWords = z.object({
  rule: PolicyRule,
  words: z.string().describe("The rule as a sentence, which compiles to the same rule."),
});
export type RuleInWords = z.infer<typeof RuleInWords>;

/** The rules of one scope, in one version. */
export const Policy = z.object({
  id: z.string().describe("The version, for paging."),
  scope: PolicyScope,
  version: z.int().nonnegative().describe("0: nothing was ever set."),
  rules: z.array(RuleInWords),
  broken: z
    .boolean()
    .describe("Not all that is stored can be read; until it is set anew, what is not denied asks."),
  setBy: Actor.nullable(),
  setAt: Timestamp.nullable(),
});
export type Policy = z.infer<typeof Policy>;

/** What a policy would have said to what was done already. */
export const PolicyReplay = z.object({
  actions: z
    .int()
    .describe(
      "How many actions were looked at: the newest of the scope. What the commands and calls of a turn have left changed is one of them.",
    ),
  asked: z.int(),
  denied: z.int(),
  unknown: z
    .int()
    .describe("Commands and calls of which is not known any more what they changed, or went to."),
  examples: z
    .array(
      z.object({
        action: z
          .string()
          .describe("A command, a call of an MCP tool, or files that were changed."),
        verdict: PolicyEffect,
        reason: z.string(),
      }),
    )
    .describe("Of those that would not simply have run, the newest."),
});
export type PolicyReplay = z.infer<typeof PolicyReplay>;

/** Where a decision comes from. */
const Citation = z.object({
  scope: PolicyScope.nullable().describe("Null for the thread's own preset."),
  version: z.int(),
  words: z.string(),
});
export type Citation = z.infer<typeof Citation>;

const place = {
  projectId: ProjectId.optional(),
  threadId: ThreadId.optional().describe("With those of its project."),
  automationId: AutomationId.optional().describe("With those of its project."),
};

export const policyMethods = {
  "policy/set": method({
    summary:
      "Say in sentences what is denied, asked about and allowed. Without `hash` nothing changes: the answer reads the rules back and replays what was done under them. With the hash of that answer they are in force. What is not understood is `invalidParams`, with the nearest forms.",
    params: z.object({
      scope: PolicyScope,
      text: z.string().max(20_000).describe("Sentences; none takes the policy away."),
      mode: z.enum(["replace", "add"]).default("replace"),
      hash: z.string().optional().describe("Of what was read back: confirms it."),
      ...mutation,
    }),
    result: z.object({
      policy: Policy.describe("All rules of the scope as they are, or would be."),
      hash: z.string(),
      inForce: z.boolean(),
      contradictions: z.array(z.string()).describe("Rules that speak of the same; how it ends."),
      replay: PolicyReplay,
    }),
    mutates: true,
    scope: globally,
  }),
  "policy/show": method({
    summary:
      "The policies in force in a thread, an automation, a project or everywhere, the widest first.",
    params: z.object(place),
    result: z.object({
      preset: PolicyName.nullable().describe(
        "What holds where no rule speaks; of a thread or an automation.",
      ),
      policies: z.array(Policy),
      contradictions: z.array(z.string()),
    }),
    mutates: false,
    scope: unordered,
  }),
  "policy/test": method({
    summary: "What the policies in force would say to an action, and by which rule.",
    params: z.object({
      ...place,
      action: z.discriminatedUnion("type", [
        z.object({
          type: z.literal("command"),
          cmd: z.string().min(1).max(100_000),
          cwd: AbsolutePath.optional().describe("Else the worktree or repository."),
        }),
        z.object({ type: z.literal("patch"), patch: z.string().min(1).max(131_072) }),
        z
          .object({
            type: z.literal("tool"),
            server: z.string().max(120),
            tool: z.string().min(1).max(120),
            arguments: z.record(z.string(), z.unknown()).default({}),
          })
          .describe("A call of a tool of an MCP server."),
      ]),
      unattended: z.boolean().default(false),
      at: Timestamp.optional().describe("As at this time; else now."),
    }),
    result: z.object({
      verdict: PolicyEffect,
      reason: z.string(),
      cited: Citation.nullable(),
      facts: z.array(z.string()).describe("What was understood of the action."),
    }),
    mutates: false,
    scope: unordered,
  }),
  "policy/history": method({
    summary: "The versions of a scope's policy, newest first.",
    params: z.object({ scope: PolicyScope, ...pageParams }),
    result: page(Policy),
    mutates: false,
    scope: unordered,
  }),
};
