import type { Item, Plan, Proof, Turn, TurnReport } from "@heddle/protocol";
import type { RepositoryPaths } from "../../os/git-repository.ts";
import type { Sandbox } from "../../sandbox/types.ts";
import type { Store } from "../../store/store.ts";
import { snapshot } from "../git/checkpoints.ts";
import { rows } from "../rows.ts";
import { planBase } from "./plan-border.ts";
import { type ChangedLines, linesOf, planChanges, planCovers } from "./plan-files.ts";

interface ReportServices {
  readonly store: Store;
  readonly sandbox: Sandbox;
}

interface TurnFacts {
  readonly turn: Turn;
  readonly checkout: RepositoryPaths;
  readonly checks: readonly string[];
  /** What it ends with, if that was looked at; else what there is now. */
  readonly tree?: string;
}

/** What became of the plan of a turn, by the files; undefined for a turn that carries out none. */
export async function reportOn(
  { store, sandbox }: ReportServices,
  { turn, checkout, checks, tree: known }: TurnFacts,
): Promise<TurnReport | undefined> {
  const plan = turn.plan ? store.plans.find(turn.plan.id) : undefined;
  if (plan === undefined) return undefined;
  const base = await planBase(store, plan, checkout);
  const tree = known ?? (await snapshot(sandbox.git, checkout));
  const changes = base === undefined ? [] : await planChanges(checkout.gitDir, base, tree);
  const items = store.items.ofTurn(turn.id);
  const { proof } = rows.turn(store, turn.id);
  return planReport({ plan, changes, items, checks, proof });
}

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
