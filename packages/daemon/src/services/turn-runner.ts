import { setTimeout as delay } from "node:timers/promises";
import { DaemonError, type Turn, type TurnId } from "@heddle/protocol";
import { leaveOff } from "../agent/turn-host.ts";
import type { Busy } from "./busy.ts";
import { toFailure } from "./failure.ts";
import { daemonActor, type Transaction } from "./journal.ts";
import { rows } from "./rows.ts";
import { storeAgain, storeAgainMs } from "./store-again.ts";
import { refreshThread } from "./thread-status.ts";
import { completeTurn, type EndServices, supersedeCutResponses } from "./turn-ends.ts";
import { type TurnResult, type WorkServices, workOn } from "./turn-work.ts";

export interface RunnerServices extends WorkServices, EndServices {
  readonly busy: Busy;
  readonly maxRunning: number;
  readonly logError: (message: string, details: Record<string, unknown>) => void;
}

interface RunningTurn {
  readonly controller: AbortController;
  /** Never rejects. */
  readonly ended: Promise<void>;
  /** The work is done, and only has to be stored: nothing can interrupt or join it any more. */
  closed: boolean;
}

/** Runs the turns that wait: oldest first, one at a time a thread, so many at once. */
export class TurnRunner {
  readonly #options: RunnerServices;
  readonly #running = new Map<TurnId, RunningTurn>();
  #stopping = false;

  constructor(options: RunnerServices) {
    this.#options = options;
    options.busy.onFree(() => this.startSoon());
  }

  /** Stops a turn that runs; false where its end is only to be stored, undefined if it does not. */
  interrupt(turnId: TurnId): (() => void) | false | undefined {
    const running = this.#running.get(turnId);
    if (running === undefined) return undefined;
    return running.closed ? false : () => running.controller.abort();
  }

  /** Whether a message still reaches a turn. What is left off, the next daemon goes on with. */
  joinable(turnId: TurnId): boolean {
    const running = this.#running.get(turnId);
    if (running === undefined) return true;
    const { signal } = running.controller;
    return !running.closed && (!signal.aborted || signal.reason === leaveOff);
  }

  /** Leaves every running turn off where it is; the next daemon goes on with it. */
  async stop(): Promise<void> {
    this.#stopping = true;
    const running = [...this.#running.values()];
    for (const { controller } of running) controller.abort(leaveOff);
    await Promise.all(running.map(({ ended }) => ended));
  }

  /** Whoever made a thread free finishes first. */
  startSoon(): void {
    setImmediate(() => this.#startNext());
  }

  /** Begins what waits, as far as threads are free and the limit allows. */
  #startNext(): void {
    const { store, busy, maxRunning } = this.#options;
    if (this.#stopping) return;
    for (const turn of store.turns.where({ state: "queued" })) {
      if (this.#running.size >= maxRunning) return;
      const thread = store.threads.find(turn.threadId);
      if (thread && !busy.has(thread.id) && (thread.worktree || thread.failure)) this.#begin(turn);
    }
  }

  #begin(turn: Turn): void {
    const claim = this.#options.busy.claim(turn.threadId, "a turn is running");
    const controller = new AbortController();
    if (turn.interruptedAt !== null) controller.abort();
    const { promise: ended, resolve } = Promise.withResolvers<void>();
    const running: RunningTurn = { controller, ended, closed: false };
    this.#running.set(turn.id, running);
    void this.#run(turn, running).finally(() => {
      this.#running.delete(turn.id);
      claim[Symbol.dispose]();
      resolve();
    });
  }

  async #run(queued: Turn, running: RunningTurn): Promise<void> {
    const { logError, isStarved } = this.#options;
    const { signal } = running.controller;
    const closed = () => {
      running.closed = true;
    };
    let result: TurnResult;
    let fault: unknown;
    try {
      result = await workOn(this.#options, this.#building(queued), { signal, closed });
      if (signal.reason === leaveOff && result.outcome.state === "interrupted") return;
    } catch (error) {
      if (!(error instanceof DaemonError)) logError("a turn failed", { error, turnId: queued.id });
      fault = error;
      result = { outcome: { state: "failed", failure: toFailure(error) } };
    }
    closed();
    const { outcome } = result;
    if (
      outcome.state === "failed" &&
      (outcome.failure.kind === "storageFull" || isStarved(fault))
    ) {
      return this.#goOnLater(queued.id);
    }
    await this.#store(() => this.#end(queued.id, result));
  }

  /** Takes the turn up again once the disk takes what it does, as after the end of a daemon. */
  async #goOnLater(turnId: TurnId): Promise<void> {
    const { store, journal, texts, isStarved } = this.#options;
    // Also where it is another disk that is full, which only the next try can tell.
    do {
      await delay(storeAgainMs);
      if (this.#stopping) return;
    } while (isStarved());
    await this.#store(() =>
      journal.write(daemonActor, (tx) => {
        const turn = rows.turn(store, turnId);
        for (const { id } of store.items.runningOfTurn(turnId)) texts.take(id);
        supersedeCutResponses(tx, store, turnId);
        tx.record({ type: "turnUpdated", turn: { ...turn, state: "queued", retryAt: null } });
        refreshThread(tx, store, turn.threadId);
      }),
    );
  }

  #building(queued: Turn): Turn {
    const { store, journal } = this.#options;
    const build = (tx: Transaction): Turn => {
      const startedAt = queued.startedAt ?? tx.now;
      const turn: Turn = { ...queued, state: "building", startedAt };
      tx.record({ type: "turnUpdated", turn });
      refreshThread(tx, store, turn.threadId);
      return turn;
    };
    return journal.write(daemonActor, build, { flushed: false });
  }

  /** What has happened is stored as soon as the disk takes it; until then the thread is not free. */
  #store(write: () => void): Promise<void> {
    const { logError } = this.#options;
    return storeAgain(write, {
      isStopping: () => this.#stopping,
      onError: (error) => logError("the end of a turn could not be stored", { error }),
    });
  }

  #end(turnId: TurnId, { outcome, commit, report }: TurnResult): void {
    const { store, journal } = this.#options;
    journal.write(daemonActor, (tx) => {
      const turn = rows.turn(store, turnId);
      completeTurn(
        tx,
        this.#options,
        { ...turn, commit: commit ?? null, report: report ?? null },
        outcome,
      );
    });
  }
}
