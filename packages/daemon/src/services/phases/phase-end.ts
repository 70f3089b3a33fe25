import type { Turn, TurnReport } from "@heddle/protocol";
import type { RepositoryPaths } from "../../os/git-repository.ts";
import type { Sandbox } from "../../sandbox/types.ts";
import type { Store } from "../../store/store.ts";
import { snapshot } from "../git/checkpoints.ts";
import { rows } from "../rows.ts";
import { planBase } from "./plan-border.ts";
import { planChanges } from "./plan-files.ts";
import { planReport } from "./plan-report.ts";

interface EndServices {
  readonly store: Store;
  readonly sandbox: Sandbox;
}

interface EndFacts {
  readonly turn: Turn;
  readonly checkout: RepositoryPaths;
  readonly checks: readonly string[];
  /** The tree that it ends with, where it had effects. */
  readonly tree: string | undefined;
}

/** What became of the plan that a turn carried out, by the files as they are at its end. */
export async function reportOn(
  { store, sandbox }: EndServices,
  { turn, checkout, checks, tree: ended }: EndFacts,
): Promise<TurnReport | undefined> {
  const plan = turn.plan ? store.plans.find(turn.plan.id) : undefined;
  if (plan === undefined) return undefined;
  const base = await planBase(store, plan, checkout);
  const tree = ended ?? (await snapshot(sandbox.git, checkout));
  const changes = base === undefined ? [] : await planChanges(checkout.gitDir, base, tree);
  const items = store.items.ofTurn(turn.id);
  const { proof } = rows.turn(store, turn.id);
  return planReport({ plan, changes, items, checks, proof });
}
