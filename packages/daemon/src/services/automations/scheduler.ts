import { setImmediate as nextTick } from "node:timers/promises";
import { type Automation, type Run, runEnded } from "@heddle/protocol";
import type { Clock } from "../../os/clock.ts";
import type { Store } from "../../store/store.ts";
import { daemonActor, type Journal, type Transaction } from "../journal.ts";
import { type Claim, type Claimed, claimSlot, newRun } from "./claims.ts";
import { dayUse } from "./day-budget.ts";
import { endRun, prune, tellOfRun } from "./run-ends.ts";
import type { RunOutcome, RunWorker } from "./run-work.ts";
import { nextSlot, planDue } from "./schedule/due.ts";

export interface SchedulerOptions {
  readonly store: Store;
  readonly journal: Journal;
  readonly clock: Clock;
  /** So many runs are at work at once: a wake starts no herd. */
  readonly maxRuns: number;
  readonly logError: (message: string, details: Record<string, unknown>) => void;
}

/** For so long at once nothing else of the daemon waits. */
const sliceMs = 15;
const turnedBackMs = 3_600_000;
/** So many automations are read, and stored, together. */
const batch = 60;

/**
 * Turns due slots into runs and claimed runs into work. All of its state is in the store: one that
 * is killed anywhere is followed by another that goes on.
 */
export class Scheduler {
  readonly #options: SchedulerOptions;
  #worker: RunWorker | undefined;
  #sweeping: Promise<void> | undefined;
  #stopped = false;

  constructor(options: SchedulerOptions) {
    this.#options = options;
  }

  /** Takes up what an earlier daemon left, and begins. */
  start(worker: RunWorker): void {
    const { store } = this.#options;
    this.#worker = worker;
    for (const run of store.runs.open()) {
      const automation = store.automations.find(run.automationId);
      if (automation && run.state !== "claimed") worker.begin(run, automation);
    }
    this.launch();
  }

  stop(): void {
    this.#stopped = true;
  }

  /** Claims whatever is due. Called while one is under way it waits for that one. */
  sweep(): Promise<void> {
    this.#sweeping ??= this.#sweep().finally(() => {
      this.#sweeping = undefined;
    });
    return this.#sweeping;
  }

  /** When the next run is due, if any. */
  nextDue(): number | undefined {
    return this.#options.store.automations.nextDue();
  }

  async #sweep(): Promise<void> {
    const { store, clock } = this.#options;
    if (!store.automations.hasWork(clock(), clock() + turnedBackMs)) return;
    this.#noticeClockTurnedBack();
    while (!this.#stopped) {
      const now = clock();
      const due = store.automations.due(now, batch);
      if (due.length === 0) return;
      this.#write((tx) => this.#claimSome(tx, due, now));
      this.launch();
      await nextTick();
    }
  }

  #claimSome(tx: Transaction, due: readonly Automation[], now: number): void {
    const { store } = this.#options;
    store.automations.swept(now);
    const until = performance.now() + sliceMs;
    for (const automation of due) {
      this.#claimDue(tx, automation, now);
      if (performance.now() > until) return;
    }
  }

  #claimDue(tx: Transaction, automation: Automation, now: number): void {
    const { store } = this.#options;
    const { runs, missed, next } = planDue(automation, now);
    const changed = { ...automation, ...next };
    tx.announce({ type: "automationChanged", automation: changed });
    if (missed) this.#recordMissed(tx, changed, missed);
    for (const { slotAt, slots } of runs) {
      const slot = { trigger: "schedule", slot: String(slotAt), slotAt, slots } as const;
      this.#makeWay(tx, claimSlot(tx, store, changed, slot));
    }
  }

  #recordMissed(
    tx: Transaction,
    automation: Automation,
    { slotAt, slots, reason }: { slotAt: number; slots: number; reason: string },
  ): void {
    const { store } = this.#options;
    const claim = { trigger: "schedule", slot: String(slotAt), slotAt, slots } as const;
    if (store.runs.ofSlot(automation.id, claim.trigger, claim.slot)) return;
    const run = newRun(tx, automation, claim, { state: "missed", reason });
    tx.announce({ type: "runChanged", run });
    tellOfRun(tx, store, automation, run);
    prune(tx, store, automation);
  }

  /** Claims one slot that has no schedule; undefined when it was claimed before. */
  claim(tx: Transaction, automation: Automation, claim: Claim): Run | undefined {
    const claimed = claimSlot(tx, this.#options.store, automation, claim);
    this.#makeWay(tx, claimed);
    if (claimed) tx.afterCommit(() => this.launch());
    return claimed?.run;
  }

  #makeWay(tx: Transaction, claimed: Claimed | undefined): void {
    for (const other of claimed?.cancels ?? []) {
      this.end(tx, other.id, { type: "cancelled", reason: `${claimed?.run.id} takes its place` });
    }
  }

  /** Begins claimed runs, oldest first, as far as the limit allows. */
  launch(): void {
    const { store, maxRuns } = this.#options;
    if (this.#worker === undefined) return;
    while (!this.#stopped && store.runs.countStarted() < maxRuns) {
      const run = store.runs.nextReady(maxRuns - 1);
      if (run === undefined || !this.#begin(run)) return;
    }
  }

  /** Whether the run began, or ended at once. */
  #begin(claimed: Run): boolean {
    const { store, logError } = this.#options;
    const automation = store.automations.find(claimed.automationId);
    if (automation === undefined) return false;
    try {
      const run = this.#write((tx) => this.#markBegun(tx, claimed, automation));
      if (run) this.#worker?.begin(run, automation);
      return true;
    } catch (error) {
      logError("a run could not begin", { error });
      return false;
    }
  }

  #markBegun(tx: Transaction, claimed: Run, automation: Automation): Run | undefined {
    const spent = dayUse(this.#options.store, automation, tx.now).spent;
    if (spent !== undefined) {
      const run: Run = { ...claimed, state: "skipped", reason: spent, endedAt: tx.now };
      tx.announce({ type: "runChanged", run });
      return undefined;
    }
    const run: Run = { ...claimed, state: "provisioning", startedAt: tx.now };
    tx.announce({ type: "runChanged", run });
    return run;
  }

  /** Changes a run that has no outcome yet. */
  update(tx: Transaction, runId: Run["id"], changes: Partial<Run>): void {
    const run = this.#options.store.runs.find(runId);
    if (run === undefined || runEnded(run.state)) return;
    const changed = { ...run, ...changes };
    if (JSON.stringify(changed) === JSON.stringify(run)) return;
    tx.announce({ type: "runChanged", run: changed });
  }

  settle(runId: Run["id"], outcome: RunOutcome): void {
    this.#write((tx) => this.end(tx, runId, outcome));
  }

  /** Gives a run its outcome; the first one stands. */
  end(tx: Transaction, runId: Run["id"], outcome: RunOutcome): void {
    const ended = endRun(tx, this.#options.store, runId, outcome);
    if (ended === undefined) return;
    for (const claimed of ended.claimed) this.#makeWay(tx, claimed);
    tx.afterCommit(() => {
      this.#worker?.stop(ended.run);
      this.launch();
    });
  }

  /**
   * A clock that had run far ahead must not keep automations waiting for what it showed. One that was
   * turned back a little has shown slots that were dealt with, and they are waited out.
   */
  #noticeClockTurnedBack(): void {
    const { store, clock } = this.#options;
    const now = clock();
    const before = store.automations.sweptAt();
    if (before === undefined || before <= now + turnedBackMs) return;
    this.#write((tx) => {
      for (let last = ""; ; ) {
        const later = store.automations.dueAfter(now, last, batch);
        for (const automation of later) this.#lookAgain(tx, automation, now);
        const end = later.at(-1)?.id;
        if (end === undefined) break;
        last = end;
      }
      store.automations.swept(now);
    });
  }

  #lookAgain(tx: Transaction, automation: Automation, now: number): void {
    const next = nextSlot(automation, now);
    if (next.nextRunAt === automation.nextRunAt) return;
    tx.announce({ type: "automationChanged", automation: { ...automation, ...next } });
  }

  #write<T>(change: (tx: Transaction) => T): T {
    return this.#options.journal.write(daemonActor, change);
  }
}
