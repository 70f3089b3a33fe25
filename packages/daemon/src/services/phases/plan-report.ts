import type { Item, Plan, Proof, TurnReport } from "@heddle/protocol";
import { type ChangedLines, linesOf, planCovers } from "./plan-files.ts";

export interface ReportFacts {
  readonly plan: Plan;
  readonly changes: readonly ChangedLines[];
  /** The items of the turn, oldest first. */
  readonly items: readonly Item[];
  /** The project's checks and the plan's. */
  readonly checks: readonly string[];
  readonly proof: Proof | null;
}

/** What a turn made of its plan: by the tree, by the commands that ran, and by what is still open. */
export function planReport({ plan, changes, items, checks, proof }: ReportFacts): TurnReport {
  const covers = planCovers(plan.content.files);
  const results = checks.map((cmd) => ({ cmd, exitCode: lastExit(items, cmd) }));
  const known = new Set(proof?.failedBefore.map(({ command }) => command));
  const failed = results.filter(({ cmd, exitCode }) => exitCode !== 0 && !known.has(cmd));
  const left = [
    ...openSteps(plan, items).map((step) => `step: ${step}`),
    ...failed.map(({ cmd }) => `check: ${cmd}`),
    ...(proof?.problems ?? []),
  ];
  return {
    files: changes.map((change) => ({ ...change, planned: covers(change.path) })),
    lines: linesOf(changes),
    lineBudget: plan.content.lineBudget,
    checks: results,
    left: [...new Set(left)],
  };
}

/** The steps of a plan that are not completed, by what was said of them last. */
export function openSteps(plan: Plan, items: readonly Item[]): string[] {
  const told = items.findLast((item) => item.type === "plan" && item.proposal === null);
  const steps = told?.type === "plan" ? told.steps : [];
  const done = new Set(
    steps.filter(({ status }) => status === "completed").map(({ step }) => step),
  );
  return plan.content.steps.filter((step) => !done.has(step));
}

function lastExit(items: readonly Item[], cmd: string): number | null {
  const run = items.findLast(
    (item) => item.type === "commandExecution" && item.cmd.trim() === cmd.trim(),
  );
  return run?.type === "commandExecution" ? run.exitCode : null;
}
