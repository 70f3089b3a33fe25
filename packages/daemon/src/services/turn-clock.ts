import type { Thread, Turn, TurnState } from "@heddle/protocol";
import {
  type BudgetServices,
  type BudgetSubject,
  budgetsOf,
  dayOf,
  levelsOf,
  msLeft,
} from "./budgets.ts";

const waiting: ReadonlySet<TurnState> = new Set(["waitingForApproval", "waitingForUser"]);
/** The longest that a timer can wait. */
const timerMs = 2 ** 31 - 1;

/** Counts how long a turn works, and stops it when a budget has no more time. */
export class TurnClock implements Disposable {
  readonly #services: BudgetServices;
  readonly #subject: BudgetSubject;
  readonly #spent = new AbortController();
  #since: number | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(services: BudgetServices, { turn, thread }: { turn: Turn; thread: Thread }) {
    this.#services = services;
    this.#subject = { turnId: turn.id, threadId: thread.id, budget: turn.budget };
    this.#since = services.clock();
    this.#wake();
  }

  /** Aborted once the time of a budget is over, with what is to be said of it. */
  get signal(): AbortSignal {
    return this.#spent.signal;
  }

  /** Stores what was worked so far; while somebody is waited for, nothing counts. */
  enter(state: TurnState): void {
    const { store, clock } = this.#services;
    const now = clock();
    if (this.#since !== undefined && now > this.#since) {
      store.work.add(this.#subject, dayOf(now), now - this.#since);
    }
    this.#since = waiting.has(state) ? undefined : now;
    this.#wake();
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }

  #wake(): void {
    clearTimeout(this.#timer);
    if (this.#since === undefined) return;
    const left = msLeft(this.#services, budgetsOf(this.#services, this.#subject));
    if (left === undefined) return;
    this.#timer = setTimeout(() => this.#over(), Math.min(left, timerMs));
  }

  #over(): void {
    this.enter("sampling");
    try {
      levelsOf(this.#services, budgetsOf(this.#services, this.#subject));
    } catch (error) {
      this.#spent.abort(error);
    }
  }
}
