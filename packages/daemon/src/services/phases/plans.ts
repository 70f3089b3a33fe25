import { createHash } from "node:crypto";
import {
  canonicalPlan,
  DaemonError,
  newId,
  Plan,
  type PlanContent,
  PlanId,
  type ThreadId,
  type Turn,
} from "@heddle/protocol";
import type { Store } from "../../store/store.ts";
import type { Transaction } from "../journal.ts";
import { openTurns } from "../thread-status.ts";

/** The hash of a plan's canonical form: what a person approves. */
export function planHash(content: PlanContent): string {
  return createHash("sha256").update(canonicalPlan(content)).digest("hex");
}

export function newestPlan(store: Store, threadId: string): Plan | undefined {
  return store.plans.where({ thread_id: threadId }).at(-1);
}

/** Plans: what a plan turn proposes, and what a person makes of it. */
export class Plans {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  read(threadId: ThreadId): Plan {
    const plan = newestPlan(this.#store, threadId);
    if (plan) return plan;
    const advice = "make one with `heddle plan`, or /plan";
    throw new DaemonError("notFound", `${threadId} has no plan; ${advice}`, { threadId });
  }

  /** Takes the place of what the thread had before. */
  propose(tx: Transaction, turn: Turn, content: PlanContent): Plan {
    for (const state of ["proposed", "approved"]) {
      for (const plan of this.#store.plans.where({ thread_id: turn.threadId, state })) {
        change(tx, plan, { state: "superseded" });
      }
    }
    const plan = Plan.parse({
      id: newId(PlanId),
      threadId: turn.threadId,
      turnId: turn.id,
      version: 1,
      state: "proposed",
      content,
      hash: planHash(content),
      approvedHash: null,
      comment: null,
      decidedBy: null,
      createdAt: tx.now,
      updatedAt: tx.now,
    });
    tx.record({ type: "planChanged", plan });
    return plan;
  }

  /** An approval was for what stood there before: it is taken back. */
  edit(tx: Transaction, shown: Shown, content: PlanContent): Plan {
    const plan = this.#idle(shown);
    const hash = planHash(content);
    if (hash === plan.hash) return plan;
    const undecided = { state: "proposed", approvedHash: null, decidedBy: null } as const;
    return change(tx, plan, { ...undecided, version: plan.version + 1, content, hash });
  }

  approve(tx: Transaction, shown: Shown): Plan {
    const plan = this.#shown(shown);
    const approved = { state: "approved", approvedHash: plan.hash, decidedBy: tx.actor } as const;
    return change(tx, plan, approved);
  }

  reject(tx: Transaction, shown: Shown, comment: string | undefined): Plan {
    const plan = this.#idle(shown);
    const rejected = { state: "rejected", approvedHash: null, decidedBy: tx.actor } as const;
    return change(tx, plan, { ...rejected, comment: comment ?? null });
  }

  /**
   * The plan that work in a thread has to keep to; undefined where there is none to keep to. Only
   * exactly what was approved is handed out.
   */
  approved(threadId: ThreadId, hash: string | undefined): Plan | undefined {
    const plan = newestPlan(this.#store, threadId);
    if (plan === undefined || !isOpen(plan)) {
      if (hash === undefined) return undefined;
      throw new DaemonError("stalePlan", `${threadId} has no approved plan; leave its hash out`);
    }
    if (plan.state === "proposed") {
      const was = hash === undefined ? "is not approved yet" : "has changed since it was approved";
      const advice = "look at it with `heddle plan show`, then approve or reject it";
      const kind = hash === undefined ? "planRequired" : "stalePlan";
      throw new DaemonError(kind, `the plan of ${threadId} ${was}; ${advice}`, { threadId });
    }
    if (hash === undefined) {
      const going = "go on with it by `heddle implement`, which takes what you want to say";
      const message = `${threadId} has an approved plan that is not carried out: ${going}, or give it up with \`heddle plan reject\``;
      throw new DaemonError("planRequired", message, { threadId, hash: plan.approvedHash });
    }
    if (isExactly(plan, hash)) return plan;
    const message = `the plan of ${threadId} is not the one that was approved; look at it again`;
    throw new DaemonError("stalePlan", message, { threadId, hash: plan.hash });
  }

  /** Throws `stalePlan` where a turn's plan is not what was approved for it, or not any more. */
  refuseStale({ threadId, plan: carried }: Turn): void {
    if (carried === null) return;
    const plan = this.#store.plans.find(carried.id);
    if (plan?.state === "approved" && isExactly(plan, carried.hash)) return;
    const now = plan?.state === "approved" ? "another one" : (plan?.state ?? "gone");
    const message = `the plan that this turn was to carry out is ${now} by now; look at it with \`heddle plan show\``;
    throw new DaemonError("stalePlan", message, { threadId, hash: carried.hash });
  }

  /** What is being carried out stays as it is. */
  #idle(shown: Shown): Plan {
    const plan = this.#shown(shown);
    const { threadId } = plan;
    const atWork = this.#store.turns
      .where({ thread_id: threadId, state: openTurns })
      .find((turn) => turn.plan?.id === plan.id && turn.startedAt !== null);
    if (atWork === undefined) return plan;
    const message = `a turn carries out the plan of ${threadId}; interrupt it first (\`heddle interrupt\`)`;
    throw new DaemonError("threadBusy", message, { threadId, turnId: atWork.id });
  }

  #shown({ threadId, hash }: Shown): Plan {
    const plan = this.read(threadId);
    if (!isOpen(plan)) {
      const message = `the plan of ${threadId} is ${plan.state}; make a new one with /plan`;
      throw new DaemonError("conflict", message, { threadId, state: plan.state });
    }
    if (plan.hash === hash) return plan;
    const message = `the plan of ${threadId} has changed since it was shown; look at it again`;
    throw new DaemonError("stalePlan", message, { threadId, hash: plan.hash });
  }
}

interface Shown {
  readonly threadId: ThreadId;
  readonly hash: string;
}

/** What is stored is judged itself, whoever may have changed it. */
function isExactly({ approvedHash, content }: Plan, hash: string): boolean {
  return hash === approvedHash && hash === planHash(content);
}

function isOpen({ state }: Plan): boolean {
  return state === "proposed" || state === "approved";
}

function change(tx: Transaction, plan: Plan, changes: Partial<Plan>): Plan {
  const changed = { ...plan, ...changes, updatedAt: tx.now };
  tx.record({ type: "planChanged", plan: changed });
  return changed;
}

/**
 * Work that is proven and left nothing has carried its plan out; any other end leaves it approved.
 */
export function planCarriedOut(tx: Transaction, store: Store, turn: Turn): void {
  const plan = turn.plan && store.plans.find(turn.plan.id);
  if (!plan || turn.state !== "done" || turn.report?.left.length !== 0) return;
  if (plan.state === "approved" && plan.approvedHash === turn.plan?.hash) {
    change(tx, plan, { state: "implemented" });
  }
}

/** What undone turns proposed is gone; what they carried out is to be done again. */
export function plansUndone(tx: Transaction, store: Store, turns: readonly Turn[]): void {
  const ids = new Set(turns.map(({ id }) => id));
  const [thread] = turns;
  if (thread === undefined) return;
  for (const plan of store.plans.where({ thread_id: thread.threadId })) {
    const carriedOut = turns.some((turn) => turn.plan?.id === plan.id);
    if (ids.has(plan.turnId)) change(tx, plan, { state: "superseded" });
    else if (carriedOut && plan.state === "implemented") change(tx, plan, { state: "approved" });
  }
}
