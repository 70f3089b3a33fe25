import {
  type Approval,
  type ApprovalSubject,
  DaemonError,
  type ItemId,
  type Plan,
  type Turn,
} from "@heddle/protocol";
import { mayChangeFiles } from "../../agent/effect-items.ts";
import { treeOf } from "../../os/git-objects.ts";
import { headOf, type RepositoryPaths } from "../../os/git-repository.ts";
import type { Sandbox } from "../../sandbox/types.ts";
import type { Store } from "../../store/store.ts";
import { salvageTree } from "../git/checkpoints.ts";
import { type Restored, restoreTree, treeWith } from "../git/take-back.ts";
import type { TurnTrees } from "../turn-trees.ts";
import { type ChangedLines, linesOf, planChanges, planCovers } from "./plan-files.ts";

export interface BorderSubject {
  readonly store: Store;
  readonly sandbox: Sandbox;
  readonly turn: Turn;
  readonly plan: Plan;
  readonly checkout: RepositoryPaths;
  readonly trees: TurnTrees;
  readonly hadEffects: () => boolean;
  readonly restored: Restored;
  /** Shows plan and reality to a person, and waits for the answer. */
  readonly ask: (itemId: ItemId, subject: ApprovalSubject) => Promise<Approval>;
}

/** What has become of a plan, counted in its files. */
interface Reality {
  /** All that has changed since work on the plan began, in this turn or an earlier one. */
  readonly changes: readonly ChangedLines[];
  /** What this turn has changed and the plan does not speak of. */
  readonly outside: readonly string[];
  /** Added and deleted, together. */
  readonly lines: number;
  readonly linesAtMost: number;
}

/** What a turn is compared with. */
interface Start {
  /** Where work on the plan began. */
  readonly base: string;
  /** Where the turn did. */
  readonly begun: string;
  /** The plan's budget, or what the turn found where that was more. */
  readonly linesAtMost: number;
}

/**
 * Holds work to its plan: after each effect the tree is compared with what it was before. What the
 * turn found stands: earlier turns, or their user, have answered for it. The first time that it
 * leaves the plan's files or lines, a person decides; what they said then holds for the rest of it.
 */
export class PlanBorder {
  readonly #subject: BorderSubject;
  /** The last tree that was within the plan, or allowed. */
  #good: string | undefined;
  #known: Start | undefined;

  constructor(subject: BorderSubject) {
    this.#subject = subject;
  }

  /** What an earlier daemon left stands, but for what the plan does not speak of. */
  async takeUp(): Promise<void> {
    const left = await this.#left();
    if (left === undefined || this.#goodBefore(left.tree) !== undefined) return;
    const { checkout, trees } = this.#subject;
    const { outside } = left.reality;
    const from = await trees.begun();
    if (outside.length > 0)
      this.#good = await treeWith(checkout, left.tree, { from, paths: outside });
  }

  /** What the model is told where the effect was taken back. */
  async judge(): Promise<string | undefined> {
    const left = await this.#left();
    if (left === undefined) return undefined;
    const approval = this.#answered() ?? (await this.#ask(left.tree, left.reality));
    if (approval.state !== "accepted") return await this.#takenBack(approval, left);
    this.#good = left.tree;
    return undefined;
  }

  /** At the end, when nobody can be asked any more; whether something was taken back. */
  async conclude(): Promise<boolean> {
    const left = await this.#left();
    if (left === undefined || this.#answered()?.state === "accepted") return false;
    await this.#takeBack(left.tree);
    return true;
  }

  /** The tree as it is, where it has left the plan since it was looked at last. */
  async #left(): Promise<{ tree: string; reality: Reality } | undefined> {
    const { trees, hadEffects } = this.#subject;
    if (!hadEffects()) return undefined;
    const tree = await trees.now();
    this.#good ??= this.#goodBefore(tree) ?? (await trees.begun());
    if (tree === this.#good) return undefined;
    const reality = await this.#realityOf(tree);
    if (reality.outside.length > 0 || reality.lines > reality.linesAtMost) return { tree, reality };
    this.#good = tree;
    return undefined;
  }

  async #realityOf(tree: string): Promise<Reality> {
    const { plan, checkout } = this.#subject;
    this.#known ??= await this.#start();
    const { base, begun, linesAtMost } = this.#known;
    const changes = await planChanges(checkout.gitDir, base, tree);
    const own = base === begun ? changes : await planChanges(checkout.gitDir, begun, tree);
    const covers = planCovers(plan.content.files);
    const outside = own.map(({ path }) => path).filter((path) => !covers(path));
    return { changes, outside, lines: linesOf(changes), linesAtMost };
  }

  async #start(): Promise<Start> {
    const { store, plan, checkout, trees } = this.#subject;
    const begun = await trees.begun();
    const base = (await planBase(store, plan, checkout)) ?? begun;
    const found = linesOf(await planChanges(checkout.gitDir, base, begun));
    return { base, begun, linesAtMost: Math.max(plan.content.lineBudget, found) };
  }

  /** After a restart: what stood before the effect that was asked about, answered or not. */
  #goodBefore(tree: string): string | undefined {
    const { store, turn } = this.#subject;
    const subjects = store.approvals.where({ turn_id: turn.id }).map(({ subject }) => subject);
    const asked = subjects.filter((subject) => subject.type === "planDeviation");
    return asked.findLast(({ treeHash }) => treeHash === tree)?.restores;
  }

  /** What was said before in this turn; a question that an earlier daemon left is put again. */
  #answered(): Approval | undefined {
    const { store, turn } = this.#subject;
    return store.approvals
      .where({ turn_id: turn.id })
      .findLast(({ kind, state }) => kind === "planDeviation" && state !== "pending");
  }

  async #ask(tree: string, reality: Reality): Promise<Approval> {
    const { store, turn, plan, ask } = this.#subject;
    const left = store.approvals
      .where({ turn_id: turn.id, state: "pending" })
      .find(({ kind }) => kind === "planDeviation");
    if (left) return await ask(left.itemId, left.subject);
    const item = store.items.ofTurn(turn.id).findLast(mayChangeFiles);
    if (item === undefined) throw new DaemonError("internal", "files changed without an effect");
    const { files, lineBudget } = plan.content;
    return await ask(item.id, {
      type: "planDeviation",
      planHash: plan.hash,
      files,
      lineBudget,
      outside: reality.outside.slice(0, shownAtMost),
      lines: reality.lines,
      changes: reality.changes.slice(0, shownAtMost).map((change) => ({ ...change })),
      treeHash: tree,
      restores: this.#good ?? tree,
    });
  }

  async #takenBack(
    { answer }: Approval,
    { tree, reality: { outside, lines, linesAtMost } }: { tree: string; reality: Reality },
  ): Promise<string> {
    await this.#takeBack(tree);
    const comment = answer?.type === "decline" ? answer.comment : undefined;
    const why =
      outside.length > 0
        ? `the approved plan does not speak of ${outside.slice(0, 10).join(", ")}`
        : `${lines} changed lines are over the plan's budget of ${linesAtMost}`;
    const said = comment === undefined ? "" : ` The user says: ${comment}`;
    return `taken back: ${why}. Keep to the plan, or say in your report what it lacks.${said}`;
  }

  /** What is taken back is kept as salvage. */
  async #takeBack(left: string): Promise<void> {
    const { sandbox, turn, checkout, trees, restored } = this.#subject;
    const { commit: head } = await headOf(checkout);
    await salvageTree(checkout, { threadId: turn.threadId, tree: left, head });
    const tree = this.#good ?? (await trees.begun());
    await restoreTree(sandbox.git, checkout, tree);
    await restored(tree);
    this.#good = tree;
  }
}

const shownAtMost = 200;

/** The tree on which work on a plan began; undefined if no turn has had an effect yet. */
export async function planBase(
  store: Store,
  plan: Plan,
  { gitCommonDir }: RepositoryPaths,
): Promise<string | undefined> {
  const first = store.turns
    .where({ thread_id: plan.threadId })
    .filter((turn) => turn.plan?.id === plan.id)
    .map(({ id }) => store.checkpoints.find(id))
    .find((checkpoint) => checkpoint !== undefined);
  return first && (await treeOf(gitCommonDir, first.commit));
}
