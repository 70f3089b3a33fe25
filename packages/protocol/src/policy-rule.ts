import * as z from "zod";

export const PolicyEffect = z
  .enum(["deny", "ask", "allow"])
  .describe("Deny stands over ask, ask over allow; what no rule speaks of asks.");
export type PolicyEffect = z.infer<typeof PolicyEffect>;

/** A quotation mark ends a quoted name in a sentence, so none can be part of it. */
const PathPattern = z
  .string()
  .max(200)
  .regex(
    /^(?![!#~]|\/(?:\/|$))(?!(?:.*\/)?\.\.(?:\/|$))[^\s'"`\0\\][^'"`\0\n\\]*(?<!\s)$/,
    "expected a path or pattern inside of the project, as in .gitignore",
  )
  .describe(
    "As in .gitignore: `src/`, `*.sql`, `docs/**`; `/src/` is that of the root alone. A folder that is allowed or excepted, or outside of which something holds, is that of the root.",
  );
const paths = z.array(PathPattern).min(1).max(50);

const CommandWord = z
  .string()
  .max(200)
  .regex(/^[^\s'"`\0\\]+$/, "expected a word without spaces or quotation marks");
/** How a command begins: the program, and words that have to follow. */
export const CommandPrefix = z.array(CommandWord).min(1).max(20);
export type CommandPrefix = z.infer<typeof CommandPrefix>;

export const CommandClass = z
  .enum(["test", "install", "versionControl", "network"])
  .describe("`versionControl`: what writes; reading history is no such command.");
export type CommandClass = z.infer<typeof CommandClass>;

export const PolicyHost = z
  .string()
  .max(260)
  .regex(/^(?:\*\.)?[a-z0-9][a-z0-9.-]*(?::\d{1,5})?$/, "expected a host such as *.example.org:443")
  .describe("A host or `host:port`; `*.` stands for any name below.");

/** A limit that is passed by `count` and one more. */
export const PolicySize = z.strictObject({
  count: z.int().nonnegative().max(1_000_000),
  of: z.enum(["lines", "files"]).describe("`lines`: those that were added and deleted."),
  per: z
    .enum(["file", "change", "sinceLastApproval"])
    .describe("`change`: one patch, or all that one command did."),
});
export type PolicySize = z.infer<typeof PolicySize>;

const change = {
  type: z.literal("change"),
  kind: z.enum(["add", "delete"]).optional().describe("Without it, every change."),
  paths: paths.optional(),
  outside: z.literal(true).optional().describe("Every path but those."),
};
const command = z.strictObject({
  type: z.literal("command"),
  argv: z.array(CommandPrefix).min(1).max(50).optional(),
  exact: z.literal(true).optional().describe("Those words alone; else whatever begins so."),
  class: CommandClass.optional(),
});
const connection = z.strictObject({
  type: z.literal("connection"),
  hosts: z.array(PolicyHost).min(1).max(50),
  others: z.literal(true).optional().describe("Every host but those."),
});
const outsideWorktree = z.strictObject({ type: z.literal("outsideWorktree") });

const tool = z.strictObject({
  type: z.literal("tool"),
  names: z
    .array(
      z
        .string()
        .max(120)
        .regex(/^[a-z0-9-]+(?:\/[\w.-]+)?$/, "expected the name of an MCP server, or server/tool"),
    )
    .min(1)
    .max(50)
    .optional()
    .describe("Servers, or `server/tool`; without it, every tool of every MCP server."),
  remote: z.literal(true).optional().describe("Only of servers that are not in the box."),
});

/** What a rule makes an exception of. */
export const PolicyException = z.discriminatedUnion("type", [
  z.strictObject(change),
  command,
  connection,
  outsideWorktree,
  tool,
]);
export type PolicyException = z.infer<typeof PolicyException>;

/** A limit that is passed once more was spent. */
export const SpendingLimit = z.strictObject({
  type: z.literal("spending"),
  overUsd: z.number().nonnegative().max(1_000_000),
  per: z.enum(["turn", "thread", "day", "sinceLastApproval"]),
});
export type SpendingLimit = z.infer<typeof SpendingLimit>;

/** What a rule is about. */
export const PolicyTarget = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("anything") }),
  z.strictObject({ ...change, over: PolicySize.optional() }),
  command,
  connection,
  outsideWorktree,
  tool,
  SpendingLimit,
]);
export type PolicyTarget = z.infer<typeof PolicyTarget>;

export const Weekday = z.enum(["mon", "tue", "wed", "thu", "fri", "sat", "sun"]);
export type Weekday = z.infer<typeof Weekday>;

const TimeOfDay = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, "expected a time such as 22:00");

/** When a rule holds; without a part, always. Times are those of the daemon's own clock and zone. */
export const PolicyTime = z.strictObject({
  hours: z
    .strictObject({ from: TimeOfDay, to: TimeOfDay })
    .optional()
    .describe("Up to, but not with, `to`; over midnight where that is the earlier."),
  days: z.array(Weekday).min(1).max(7).optional(),
  attended: z.boolean().optional().describe("False: only in what an automation began."),
});
export type PolicyTime = z.infer<typeof PolicyTime>;

export const PolicyRule = z.strictObject({
  effect: PolicyEffect,
  target: PolicyTarget,
  except: z.array(PolicyException).min(1).max(50).optional(),
  when: PolicyTime.optional(),
});
export type PolicyRule = z.infer<typeof PolicyRule>;
