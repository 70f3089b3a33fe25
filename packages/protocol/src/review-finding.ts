import * as z from "zod";

/** So long is what is said of a finding at most. */
export const findingBodyLength = 10_000;

/** What a review has found at one place of a change. */
export const ReportedFinding = z.object({
  title: z.string().trim().min(1).max(200),
  body: z.string().trim().max(findingBodyLength),
  priority: z
    .int()
    .min(0)
    .max(3)
    .describe("0: must not land. 1: mend it now. 2: mend it some time. 3: a matter of taste."),
  confidence: z.number().min(0).max(1),
  path: z.string().min(1).max(4096).describe("From the root of the worktree."),
  start: z.int().positive().describe("The first line, in the reviewed tree."),
  end: z.int().positive().describe("The last line."),
});
export type ReportedFinding = z.infer<typeof ReportedFinding>;
