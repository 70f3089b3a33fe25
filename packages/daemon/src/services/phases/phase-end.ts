import { DaemonError, type Thread, type Turn, type TurnReport } from "@heddle/protocol";
import { treeOf } from "../../os/git-objects.ts";
import type { RepositoryPaths } from "../../os/git-repository.ts";
import type { Sandbox } from "../../sandbox/types.ts";
import type { Store } from "../../store/store.ts";
import { snapshot } from "../git/checkpoints.ts";
import { changedLines } from "../git/diffs.ts";
import { rows } from "../rows.ts";
import { keepToDocuments } from "./document-border.ts";
import { forbiddenChanges } from "./document-changes.ts";
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

/**
 * What a turn may not do it has not done, however it ended: nothing of it runs any more. Throws where
 * something of it is left, so that it is not committed.
 */
export async function keepPhase(
  { store, sandbox }: EndServices,
  { turn, checkout, known }: EndFacts,
): Promise<void> {
  const begun = store.checkpoints.find(turn.id)?.commit;
  if (turn.mode !== "document" || begun === undefined) return;
  const from = await treeOf(checkout.gitCommonDir, begun);
  const now = () => snapshot(sandbox.git, checkout);
  const kept = await keepToDocuments({ sandbox, checkout, now, touch: () => {} }, from);
  const proven = known ? await forbiddenChanges(checkout.gitDir, from, known) : [];
  const left = [...new Set([...kept.left, ...proven])];
  if (left.length === 0) return;
  const advice = "nothing of the turn is committed; look at its worktree, or undo the turn";
  const names = left.slice(0, 20).join(", ");
  throw new DaemonError("conflict", `a document turn may not change ${names}: ${advice}`);
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
