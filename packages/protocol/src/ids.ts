import { v7 } from "uuid";
import * as z from "zod";

const uuid = "[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}";

function idSchema<const Prefix extends string>(prefix: Prefix, what: string) {
  return z
    .string()
    .regex(new RegExp(`^${prefix}_${uuid}$`), `expected a ${what} id such as ${prefix}_0190…`)
    .brand<Prefix>()
    .describe(`The id of a ${what}: \`${prefix}_\` and a UUIDv7.`);
}

export const ProjectId = idSchema("prj", "project");
export type ProjectId = z.infer<typeof ProjectId>;
export const GrantId = idSchema("grt", "grant");
export type GrantId = z.infer<typeof GrantId>;
export const TaskId = idSchema("tsk", "task");
export type TaskId = z.infer<typeof TaskId>;
export const ThreadId = idSchema("thr", "thread");
export type ThreadId = z.infer<typeof ThreadId>;
export const TurnId = idSchema("turn", "turn");
export type TurnId = z.infer<typeof TurnId>;
export const ItemId = idSchema("item", "item");
export type ItemId = z.infer<typeof ItemId>;
export const ApprovalId = idSchema("apr", "approval");
export type ApprovalId = z.infer<typeof ApprovalId>;
export const LandingId = idSchema("lnd", "landing");
export type LandingId = z.infer<typeof LandingId>;
export const AutomationId = idSchema("aut", "automation");
export type AutomationId = z.infer<typeof AutomationId>;
export const RunId = idSchema("run", "run");
export type RunId = z.infer<typeof RunId>;
export const FindingId = idSchema("fnd", "finding");
export type FindingId = z.infer<typeof FindingId>;
export const PlanId = idSchema("plan", "plan");
export type PlanId = z.infer<typeof PlanId>;
export const ReviewId = idSchema("rev", "review");
export type ReviewId = z.infer<typeof ReviewId>;
export const CommentId = idSchema("cmt", "comment");
export type CommentId = z.infer<typeof CommentId>;
export const McpServerId = idSchema("mcp", "MCP server");
export type McpServerId = z.infer<typeof McpServerId>;

/**
 * A new id of the schema's kind. Ids of one process sort in the order in which they were made, also
 * where the clock is turned back.
 */
export function newId<Schema extends z.ZodType<string>>(schema: Schema): z.output<Schema> {
  const msecs = Math.max(Date.now(), last.msecs);
  last = { msecs, seq: msecs > last.msecs ? 0 : last.seq + 1 };
  return schema.parse(`${prefixes.get(schema) ?? ""}_${v7(last)}`);
}

/** Makes all further ids sort behind one of an earlier process. */
export function idsFollow(id: string): void {
  const [, high, low] = /_([0-9a-f]{8})-([0-9a-f]{4})-/.exec(id) ?? [];
  const msecs = Number.parseInt(`${high}${low}`, 16);
  if (msecs >= last.msecs) last = { msecs: msecs + 1, seq: 0 };
}

let last = { msecs: 0, seq: 0 };

const prefixes = new Map<z.ZodType<string>, string>([
  [ProjectId, "prj"],
  [GrantId, "grt"],
  [TaskId, "tsk"],
  [ThreadId, "thr"],
  [TurnId, "turn"],
  [ItemId, "item"],
  [ApprovalId, "apr"],
  [LandingId, "lnd"],
  [AutomationId, "aut"],
  [RunId, "run"],
  [FindingId, "fnd"],
  [PlanId, "plan"],
  [ReviewId, "rev"],
  [CommentId, "cmt"],
  [McpServerId, "mcp"],
]);
