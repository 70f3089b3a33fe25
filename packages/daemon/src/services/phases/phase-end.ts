import type { Thread, Turn, TurnReport } from "@heddle/protocol";
import { treeOf } from "../../os/git-objects.ts";
import type { RepositoryPaths } from "../../os/git-repository.ts";
import type { Sandbox } from "../../sandbox/types.ts";
import type { Store } from "../../store/store.ts";
import { snapshot } from "../git/checkpoints.ts";
import { changedLines } from "../git/diffs.ts";
import { rows } from "../rows.ts";
import { keepToDocuments } from "./document-border.ts";
import { planBase } from "./plan-border.ts";
import { planReport } from "./plan-report.ts";

interface EndServices {
  readonly store: Store;
  readonly sandbox: Sandbox;
}

interface EndFacts {
  readonly turn: Turn;
  readonly thread: Thread;
  readonly checkout: RepositoryPaths;
  readonly checks: readonly string[];
  /** The tree as it was looked at last, if nothing has happened since. */
  readonly known: string | undefined;
}

/** What a turn may not do it has not done, however it ended: nothing of it runs any more. */
export async function keepPhase(
  { store, sandbox }: EndServices,
  { turn, thread, checkout }: EndFacts,
): Promise<void> {
  const begun = store.checkpoints.find(turn.id)?.commit;
  if (turn.mode !== "document" || begun === undefined) return;
  const from = await treeOf(checkout.gitCommonDir, begun);
  const to = await snapshot(sandbox.git, checkout);
  await keepToDocuments({ sandbox, thread, checkout }, { from, to });
}

/** What became of the plan that a turn carried out, by the files as they are at its end. */
export async function reportOn(
  { store, sandbox }: EndServices,
  { turn, checkout, checks, known }: EndFacts,
): Promise<TurnReport | undefined> {
  const plan = turn.plan ? store.plans.find(turn.plan.id) : undefined;
  if (plan === undefined) return undefined;
  const base = await planBase(store, plan, checkout);
  const tree = known ?? (await snapshot(sandbox.git, checkout));
  const changes = base === undefined ? [] : await changedLines(checkout.gitDir, base, tree);
  const items = store.items.ofTurn(turn.id);
  const { proof } = rows.turn(store, turn.id);
  return planReport({ plan, changes, items, checks, proof });
}
