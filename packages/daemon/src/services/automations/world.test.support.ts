import {
  Automation,
  AutomationId,
  automationDefaults,
  newId,
  ProjectId,
  type Run,
  type Trigger,
} from "@heddle/protocol";
import { openDatabase } from "../../store/database.ts";
import { Store } from "../../store/store.ts";
import { daemonActor, Journal } from "../journal.ts";
import type { RunOutcome, RunWorker } from "./run-work.ts";
import { nextSlot } from "./schedule/due.ts";
import { Scheduler } from "./scheduler.ts";

export const minuteMs = 60_000;
export const hourMs = 60 * minuteMs;
export const dayMs = 24 * hourMs;
export const projectId = newId(ProjectId);
export const well: RunOutcome = { type: "checked", summary: "all is well", found: [] };

/** Stands in for the work: what has begun ends when a test says so. */
export class Hands implements RunWorker {
  readonly begun: Run[] = [];
  readonly stopped: Run[] = [];

  begin(run: Run): void {
    this.begun.push(run);
  }

  stop(run: Run): void {
    this.stopped.push(run);
  }
}

/** A store with a clock that is turned by hand. */
export class World {
  now: number;
  readonly store: Store;
  readonly journal: Journal;
  hands = new Hands();
  scheduler: Scheduler;
  readonly #maxRuns: number;

  constructor(start: string, { maxRuns = 4, path = ":memory:" } = {}) {
    this.now = Date.parse(start);
    this.#maxRuns = maxRuns;
    this.store = new Store(openDatabase(path));
    const clock = () => this.now;
    this.journal = new Journal({ store: this.store, clock, logError: rethrow });
    this.scheduler = this.another();
    this.scheduler.start(this.hands);
  }

  /** Another scheduler on the same store, as a daemon that follows one which was killed. */
  another(): Scheduler {
    const { store, journal } = this;
    const clock = () => this.now;
    return new Scheduler({ store, journal, clock, maxRuns: this.#maxRuns, logError: rethrow });
  }

  /** Kills the daemon where it is and starts the next one. */
  restart(): void {
    this.scheduler.stop();
    this.hands = new Hands();
    this.scheduler = this.another();
    this.scheduler.start(this.hands);
  }

  add(
    trigger: Trigger | string,
    options: Partial<Automation["options"]> = {},
    name = "nightly",
  ): Automation {
    const given =
      typeof trigger === "string"
        ? ({ type: "schedule", cron: trigger, zone: "UTC" } as const)
        : trigger;
    const automation = Automation.parse({
      id: newId(AutomationId),
      projectId,
      name,
      trigger: given,
      work: { type: "recipe", recipe: "tests" },
      options: { ...automationDefaults, jitter: false, ...options },
      paused: null,
      nextSlotAt: null,
      nextRunAt: null,
      failures: 0,
      lastState: null,
      createdAt: this.now,
      updatedAt: this.now,
    });
    const scheduled = { ...automation, ...nextSlot(automation, this.now) };
    this.journal.write(daemonActor, (tx) =>
      tx.announce({ type: "automationChanged", automation: scheduled }),
    );
    return scheduled;
  }

  async sweepAt(time: string | number): Promise<void> {
    this.now = typeof time === "number" ? time : Date.parse(time);
    await this.scheduler.sweep();
  }

  end(run: Run | undefined, outcome: RunOutcome = well): void {
    if (run === undefined) throw new Error("there is no such run");
    this.scheduler.settle(run.id, outcome);
  }

  /** All runs of an automation, oldest first, as a person would tell them. */
  runs({ id }: Automation): Run[] {
    return this.store.runs.where({ automation_id: id });
  }

  told(automation: Automation): string[] {
    return this.runs(automation).map(({ slotAt, state, slots }) => {
      const at = slotAt === null ? "now" : new Date(slotAt).toISOString().slice(5, 16);
      return `${at} ${state}${slots === 1 ? "" : ` x${slots}`}`;
    });
  }

  current({ id }: Automation): Automation {
    const automation = this.store.automations.find(id);
    if (automation === undefined) throw new Error(`no automation ${id}`);
    return automation;
  }
}

function rethrow(message: string, { error }: Record<string, unknown>): void {
  throw new Error(message, { cause: error });
}
