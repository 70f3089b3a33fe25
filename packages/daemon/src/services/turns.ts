import {
  DaemonError,
  type Failure,
  type Item,
  type Methods,
  type Mode,
  type ParamsOf,
  type Part,
  type Plan,
  type Thread,
  type ThreadId,
  type Turn,
  type TurnId,
  turnEnded,
} from "@heddle/protocol";
import { inputEntry } from "../agent/context/user-input.ts";
import { openTree } from "../os/tree-files.ts";
import { checkoutOf } from "./checkouts.ts";
import { daemonActor, type Transaction } from "./journal.ts";
import type { Commit } from "./mutations.ts";
import { rows } from "./rows.ts";
import { openTurns, refreshThread } from "./thread-status.ts";
import { completeTurn, supersedeCutResponses } from "./turn-ends.ts";
import { planItem, takeOverUnread, userMessage } from "./turn-messages.ts";
import { type RunnerServices, TurnRunner } from "./turn-runner.ts";
import { newTurn, refuseUnusable } from "./turn-work.ts";

/** As by `turn/start`; the daemon itself also starts reviews. */
export type StartParams = Omit<ParamsOf<Methods, "turn/start">, "mode"> & {
  mode?: Mode | undefined;
};

/** Turns: queued in the order in which they came, one at a time a thread, so many at once. */
export class Turns {
  readonly #options: RunnerServices;
  readonly #runner: TurnRunner;

  constructor(options: RunnerServices) {
    this.#options = options;
    this.#runner = new TurnRunner(options);
  }

  /** Accepts a turn; it begins once its thread is free and the limit allows. */
  start(tx: Transaction, params: StartParams): Turn {
    const { store, models, plans } = this.#options;
    const thread = rows.thread(store, params.threadId);
    refuseUnusable(thread);
    const { input, budget, planHash } = params;
    const mode = params.mode ?? (thread.planMode ? "plan" : "implement");
    const plan = mode === "implement" ? plans.approved(thread.id, planHash) : undefined;
    const { model, effort } = models.resolve(params);
    const turn = newTurn({ threadId: thread.id, model, mode, effort, budget, plan }, tx.now);
    tx.record({ type: "turnQueued", turn });
    takeOverUnread(tx, store, turn);
    const item = userMessage(turn, { input, now: tx.now, joins: false });
    tx.record({ type: "itemCompleted", item });
    if (plan) tx.record({ type: "itemCompleted", item: planItem(turn, plan, tx.now) });
    refreshThread(tx, store, thread.id);
    tx.afterCommit(() => this.#runner.startSoon());
    return turn;
  }

  /** Rejects a plan; what was said of it goes to the agent, which plans again. */
  rejectPlan(
    tx: Transaction,
    { threadId, hash, comment }: ParamsOf<Methods, "plan/reject">,
  ): { plan: Plan; turn: Turn | null } {
    const plan = this.#options.plans.reject(tx, { threadId: threadId as ThreadId, hash }, comment);
    if (comment === undefined) return { plan, turn: null };
    const text = `The plan was rejected: ${comment}\nMake another one.`;
    const turn = this.start(tx, { threadId, input: [{ type: "text", text }], mode: "plan" });
    return { plan, turn };
  }

  /**
   * Adds a message to the turn that runs, or to the first that waits; where there is none, it starts
   * one. Files and images that cannot be read are refused here, so that they fail no running turn.
   */
  async steer(
    { threadId, turnId, input }: ParamsOf<Methods, "turn/steer">,
    commit: Commit,
  ): Promise<{ turn: Turn; item: Item | null }> {
    const { store } = this.#options;
    const thread = rows.thread(store, threadId);
    const { id } = thread;
    await refuseUnreadable(input, thread);
    return commit((tx) => {
      const turn = this.#open(id, turnId);
      if (turn === undefined) return { turn: this.start(tx, { threadId: id, input }), item: null };
      const item = userMessage(turn, { input, now: tx.now, joins: true });
      tx.record({ type: "itemStarted", item });
      return { turn, item };
    });
  }

  /** Whether there was still something to interrupt. */
  interrupt(tx: Transaction, turnId: TurnId): boolean {
    const turn = rows.turn(this.#options.store, turnId);
    if (turnEnded(turn.state)) return false;
    const stop = this.#runner.interrupt(turnId);
    if (stop === false) return false;
    const interrupted = { ...turn, interruptedAt: turn.interruptedAt ?? tx.now };
    if (stop === undefined) {
      completeTurn(tx, this.#options, interrupted, { state: "interrupted" });
      return true;
    }
    // Stored, since this daemon may be killed before it has stopped the turn.
    tx.record({ type: "turnUpdated", turn: interrupted });
    tx.afterCommit(stop);
    return true;
  }

  /** Ends the turns of a thread that have not begun, and now never will. */
  cancelQueued(tx: Transaction, threadId: ThreadId): void {
    for (const turn of this.#options.store.turns.where({ thread_id: threadId, state: "queued" })) {
      completeTurn(tx, this.#options, turn, { state: "interrupted" });
    }
  }

  /**
   * Takes up what an earlier daemon left running, killed or stopped. A response that was cut is
   * asked for again; what a call had begun is judged by the ledger; approvals wait on. A turn that
   * was to be interrupted begins as one that is.
   */
  recover(): void {
    const { store, journal, approvals } = this.#options;
    journal.write(daemonActor, (tx) => {
      supersedeCutResponses(tx, store);
      approvals.cancelEnded(tx);
      for (const turn of store.turns.where({ state: openTurns })) {
        if (turn.state === "queued") continue;
        tx.record({ type: "turnUpdated", turn: { ...turn, state: "queued", retryAt: null } });
        refreshThread(tx, store, turn.threadId);
      }
    });
    this.#runner.startSoon();
  }

  /** Ends every turn that is open, since nobody knows how far it really came. */
  endOpen(tx: Transaction, failure: Failure): void {
    for (const turn of this.#options.store.turns.where({ state: openTurns })) {
      completeTurn(tx, this.#options, turn, { state: "failed", failure });
    }
  }

  /** Leaves every running turn off where it is; the next daemon goes on with it. */
  async stop(): Promise<void> {
    await this.#runner.stop();
  }

  /** The turn that a message can join: the one that is named, or the first that has not ended. */
  #open(threadId: ThreadId, named: string | undefined): Turn | undefined {
    const open = this.#options.store.turns
      .where({ thread_id: threadId, state: openTurns })
      .filter(({ id, interruptedAt }) => interruptedAt === null && this.#runner.joinable(id));
    if (named === undefined) return open[0];
    const turn = open.find(({ id }) => id === named);
    if (turn) return turn;
    rows.turn(this.#options.store, named);
    const message = `${named} is no turn of ${threadId} that goes on; leave it out to start a turn`;
    throw new DaemonError("conflict", message, { threadId, turnId: named });
  }
}

/** Reads what a message names and forgets it: it is read again when the model is told. */
async function refuseUnreadable(input: readonly Part[], thread: Thread): Promise<void> {
  if (input.every(({ type }) => type === "text")) return;
  // Without a worktree nothing runs that could be failed; a turn that is started says what is wrong.
  const checkout = await checkoutOf(thread).catch(() => undefined);
  if (checkout === undefined) return;
  using files = openTree(checkout.worktree);
  await inputEntry(input, files);
}
