import * as z from "zod";

const line = z.string().trim().min(1).max(500);

/**
 * A file of the plan: a path from the root of the worktree, or a glob such as `src/**`. Only what
 * can name files there is one, since a person takes it for the limits of the work.
 */
export const PlanPath = z
  .string()
  .overwrite(plainPath)
  .max(500)
  .regex(/^[^\0\n]+$/, "expected a path or glob on one line")
  .regex(/^(?!!)/, refusal("begins with `!`; name what may change"))
  .regex(/^(?!\/)/, refusal("is absolute; give it from the root of the worktree"))
  .regex(/^(?!.*(^|\/)\.\.(\/|$))/, refusal("leads out of the worktree"))
  .regex(/^(?!.*[@?*+!]\()/, refusal("has a group; write `{a,b}` for either"));

function plainPath(path: string): string {
  const plain = path
    .trim()
    .replaceAll(/\/+/g, "/")
    .replaceAll(/(?<![^/])(\.\/)+/g, "")
    .replace(/(?<![^/])\.$/, "");
  return plain === "" && path.trim() !== "" ? "**" : plain;
}

function refusal(why: string) {
  return { error: ({ input }: { input?: unknown }) => `\`${input}\` ${why}` };
}

/** What a plan says. Two plans are the same if and only if `canonicalPlan` gives the same text. */
export const PlanContent = z.object({
  goal: z
    .string()
    .trim()
    .min(1)
    .max(2000)
    .describe("What will be different, in a sentence or two."),
  steps: z.array(line).min(1).max(50),
  files: z
    .array(PlanPath)
    .min(1)
    .max(200)
    .describe(
      "What may change: paths, or globs such as `src/**`; `dir/` is all below it, `.` all there is.",
    ),
  checks: z
    .array(z.string().trim().min(1).max(4000))
    .max(20)
    .default([])
    .describe("Commands that have to pass in the end, besides the project's."),
  lineBudget: z
    .int()
    .positive()
    .max(1_000_000)
    .describe("How many lines may be added and deleted, together."),
  risks: z.array(line).max(50).default([]),
  openQuestions: z.array(line).max(50).default([]),
});
export type PlanContent = z.infer<typeof PlanContent>;

/** As it is stored: what stands there was taken once, by rules that may have been others. */
export const StoredPlanContent = PlanContent.extend({ files: z.array(z.string()) });

/** The one text that stands for a plan: its hash is what a person approves. */
export function canonicalPlan(content: PlanContent): string {
  const { goal, steps, files, checks, lineBudget, risks, openQuestions } =
    StoredPlanContent.parse(content);
  const sorted = [...new Set(files)].sort();
  return JSON.stringify({ goal, steps, files: sorted, checks, lineBudget, risks, openQuestions });
}
