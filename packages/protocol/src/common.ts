import * as z from "zod";

export const Timestamp = z.int().nonnegative().describe("Integer Unix milliseconds.");
export const AbsolutePath = z
  .string()
  .max(4096)
  .regex(/^\/[^\0]*$/, "expected an absolute path");
/** Stricter than git, so that nothing else of git's revisions is taken for a branch. */
export const BranchName = z
  .string()
  .max(250)
  .regex(
    /^(?![-./])(?!.*(\.\.|\/\/|\.lock(\/|$)))[^\s~^:?*[\\\0@{]+(?<![./])$/,
    "expected a branch's name",
  );
export const CommitHash = z.string().regex(/^[0-9a-f]{40}([0-9a-f]{24})?$/, "expected a full hash");
export const Seq = z.int().nonnegative().describe("Position in a gapless log; the first is 1.");

/** Repeating a call with its key returns the first result, for 7 days, across restarts. */
export const mutation = {
  idempotencyKey: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe("The same key returns the first result, for 7 days and across restarts."),
};

export const pageParams = {
  cursor: z.string().max(200).optional().describe("`nextCursor` of the page before."),
  limit: z.int().min(1).max(500).default(50),
};

export function page<Row extends z.ZodType>(row: Row) {
  return z.object({ data: z.array(row), nextCursor: z.string().nullable() });
}

/** Who made a change; stored with every mutation. */
export const Actor = z.object({
  name: z.string().min(1).max(100),
  kind: z.enum(["cli", "tray", "panel", "editor", "script", "daemon"]),
});
export type Actor = z.infer<typeof Actor>;

/** A failure as it is stored with the row that failed. */
export const Failure = z.object({
  kind: z.string(),
  message: z.string(),
  details: z.record(z.string(), z.unknown()).default({}),
});
export type Failure = z.infer<typeof Failure>;
