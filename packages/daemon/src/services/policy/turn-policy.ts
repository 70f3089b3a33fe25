import type { Project, Thread, Turn } from "@heddle/protocol";
import { isReadOnly } from "../../agent/phases/phase.ts";
import type { EffectSubject, Writes } from "../../agent/turn-host.ts";
import type { Clock } from "../../os/clock.ts";
import { treeOf } from "../../os/git-objects.ts";
import { headOf, type RepositoryPaths } from "../../os/git-repository.ts";
import type { Decision } from "../../policy/decide.ts";
import { type Circumstances, type FileFact, fileParts, momentOf } from "../../policy/facts.ts";
import type { Sandbox } from "../../sandbox/types.ts";
import type { PolicyGround } from "../../store/policy-tables.ts";
import type { Store } from "../../store/store.ts";
import { dayOf } from "../budgets.ts";
import { salvageTree } from "../git/checkpoints.ts";
import { measureChange } from "../git/measure.ts";
import { restoreTree, treeWith } from "../git/take-back.ts";
import { serversOf } from "../mcp/pins.ts";
import type { Networks } from "../networks.ts";
import type { TurnTrees } from "../turn-trees.ts";
import { isJust } from "./accepted-writes.ts";
import { type Changes, changesOf, filesOf, merged, partsOf } from "./action-facts.ts";
import type { Policies, PolicySubject, RuleSource } from "./policies.ts";
import { type Overspent, TurnSpending } from "./spending.ts";

export interface TurnPolicyServices {
  readonly store: Store;
  readonly policies: Policies;
  readonly sandbox: Sandbox;
  readonly clock: Clock;
  readonly networks: Networks;
}

export interface TurnPolicySubject {
  readonly turn: Turn;
  readonly thread: Thread;
  readonly project: Project;
  readonly checkout: RepositoryPaths;
}

/** What has changed since the last effect began, and what the policies say to it. */
export interface Measured {
  readonly decision: Decision<RuleSource>;
  readonly subject: Changes;
}

/**
 * What the policies say in one turn. Rules about changes are held against the files themselves: the
 * tree before an effect is known, the tree after it is compared with it and with the tree that was
 * approved last, whatever made the difference.
 */
export class TurnPolicy {
  readonly #services: TurnPolicyServices;
  readonly #subject: TurnPolicySubject;
  readonly #trees: TurnTrees;
  readonly #for: PolicySubject;
  readonly #spending: TurnSpending;
  /** What a patch writes that a person has just accepted: it is applied as it is, or not at all. */
  #accepted: Writes | undefined;

  constructor(services: TurnPolicyServices, subject: TurnPolicySubject, trees: TurnTrees) {
    this.#services = services;
    this.#subject = subject;
    this.#trees = trees;
    this.#for = services.policies.subjectOf(subject.thread);
    this.#spending = new TurnSpending(services.policies, this.#for);
  }

  /** Decides over an effect before it happens; from here on, what it changes is measured. */
  async decide(action: EffectSubject): Promise<Decision<RuleSource>> {
    const { project, checkout } = this.#subject;
    const { worktree } = checkout;
    const confined = action.type === "mcpTool" && this.#confines(action);
    const line = { worktree, checks: project.settings.checks ?? [], confined };
    const parts = partsOf(action, line);
    const change = action.type === "patch" ? filesOf(action.changes) : [];
    const before = await this.#begin();
    const since = before === undefined ? [] : await this.#sinceApproval(before);
    const sinceApproval = merged(since, change);
    return this.#decide({ parts, change, sinceApproval });
  }

  /** What has changed since the last effect began, if the policies do not simply allow it. */
  async measure(cmd: string | null): Promise<Measured | undefined> {
    const before = this.#before();
    if (before === undefined) return undefined;
    const now = await this.#trees.look();
    const accepted = this.#accepted;
    this.#accepted = undefined;
    if (now === before) return undefined;
    const { gitDir } = this.#subject.checkout;
    const change = await measureChange(gitDir, before, now);
    if (accepted && (await isJust(accepted, change, { gitDir, tree: now }))) {
      this.approve(now);
      return undefined;
    }
    const isFirst = this.#ground().approvedTree === before;
    const sinceApproval = isFirst ? change : await this.#sinceApproval(now);
    const decision = this.#decide({ parts: fileParts(change), change, sinceApproval });
    if (decision.verdict !== "allow") {
      return { decision, subject: changesOf(change, { cmd, fromTree: before, toTree: now }) };
    }
    this.#put({ beforeTree: now });
    return undefined;
  }

  /** The rule about money that holds up the next request to the model. */
  overspent(): Overspent | undefined {
    return this.#spending.overspent(this.#circumstances());
  }

  /** A person has accepted that the turn goes on. */
  acceptSpending(over: Overspent): void {
    this.#spending.accept(over);
    this.#put({ spentUsd: this.#spent({ threadId: this.#subject.thread.id }) });
  }

  /** A person has accepted this action, which is about to happen. */
  accept(writes: Writes | undefined): void {
    this.#accepted = writes;
    this.#put({ spentUsd: this.#spent({ threadId: this.#subject.thread.id }) });
  }

  /** From now on what counts is counted from this tree. */
  approve(tree: string): void {
    const spentUsd = this.#spent({ threadId: this.#subject.thread.id });
    this.#put({ approvedTree: tree, beforeTree: tree, spentUsd });
  }

  /** Makes the files what they were before; what is taken back is kept as salvage. */
  async takeBack({ fromTree, toTree }: Changes): Promise<void> {
    const { thread, checkout } = this.#subject;
    const { git } = this.#services.sandbox;
    const { commit: head } = await headOf(checkout);
    await salvageTree(checkout, { threadId: thread.id, tree: toTree, head });
    await restoreTree(git, checkout, fromTree);
    this.#trees.touch();
  }

  /** Whether a tool that says it reads can do nothing else, nor tell anybody what it has read. */
  #confines({ server, tool, host }: Extract<EffectSubject, { type: "mcpTool" }>): boolean {
    const { store, networks } = this.#services;
    const { turn, thread, project } = this.#subject;
    const isMountedToRead = thread.policy === "readOnly" || isReadOnly(turn.mode);
    if (host !== null || !isMountedToRead || networks.of(thread) !== undefined) return false;
    const servers = serversOf(store, project.id).filter(({ name }) => name === server);
    return servers.some(({ tools }) =>
      tools.some(({ name, readOnly }) => name === tool && readOnly),
    );
  }

  /**
   * The daemon itself has made files, or some of them, what they are in a tree: no change of the
   * turn's.
   */
  async restored(from: string, paths?: readonly string[]): Promise<void> {
    this.#trees.touch();
    const before = this.#before();
    if (before === undefined) return;
    const { checkout } = this.#subject;
    const now = paths === undefined ? from : await treeWith(checkout, before, { from, paths });
    const wasApproved = this.#ground().approvedTree === before;
    this.#put({ beforeTree: now, ...(wasApproved && { approvedTree: now }) });
  }

  #decide(what: Pick<Parameters<Policies["decide"]>[1], "parts" | "change" | "sinceApproval">) {
    return this.#services.policies.decide(this.#for, { ...what, ...this.#circumstances() });
  }

  #circumstances(): Circumstances {
    const { turn, thread } = this.#subject;
    const now = this.#services.clock();
    const spent = this.#spent({ threadId: thread.id });
    const costUsd = {
      turn: this.#spent({ turnId: turn.id }),
      thread: spent,
      day: this.#spent({ since: dayOf(now) }),
      sinceLastApproval: spent - (this.#ground().spentUsd ?? 0),
    };
    return { costUsd, ...momentOf(now), attended: this.#for.automationId === undefined };
  }

  #spent(scope: Parameters<Store["modelRequests"]["usage"]>[0]): number {
    const usage = this.#services.store.modelRequests.usage(scope);
    return usage.reduce((sum, { costUsd }) => sum + costUsd, 0);
  }

  /** The tree on which an effect begins, where rules count what it changes. */
  async #begin(): Promise<string | undefined> {
    if (!this.#services.policies.judgesChanges(this.#for)) return undefined;
    const known = this.#before();
    if (known !== undefined) return known;
    const tree = await this.#trees.look();
    this.#put({ beforeTree: tree });
    return tree;
  }

  /** Known only in the turn that began it, also after a restart of the daemon. */
  #before(): string | undefined {
    const { turnId, beforeTree } = this.#ground();
    return turnId === this.#subject.turn.id ? (beforeTree ?? undefined) : undefined;
  }

  async #sinceApproval(tree: string): Promise<FileFact[]> {
    const { checkout, thread } = this.#subject;
    const approved =
      this.#ground().approvedTree ?? (await treeOf(checkout.gitCommonDir, thread.baseCommit));
    return await measureChange(checkout.gitDir, approved, tree);
  }

  /** A landing, which somebody has reviewed, gives the thread another base to count from. */
  #ground(): PolicyGround {
    const { thread } = this.#subject;
    const found = this.#services.store.policyGround.find(thread.id);
    if (found?.baseCommit === thread.baseCommit) return found;
    return {
      threadId: thread.id,
      baseCommit: thread.baseCommit,
      approvedTree: null,
      spentUsd: found?.spentUsd ?? 0,
      turnId: null,
      beforeTree: null,
    };
  }

  #put(change: Partial<PolicyGround>): void {
    const { turn } = this.#subject;
    const ground = this.#ground();
    const beforeTree = ground.turnId === turn.id ? ground.beforeTree : null;
    this.#services.store.policyGround.put({ ...ground, beforeTree, turnId: turn.id, ...change });
  }
}
