import type { Actor, DaemonEvent, ThreadEvent, ThreadId } from "@heddle/protocol";
import type { Clock } from "../os/clock.ts";
import type { Durability, Store } from "../store/store.ts";
import { applyDaemonEvent, applyToTables, threadIdOf } from "./journal-tables.ts";

export interface ThreadNotice {
  readonly threadId: ThreadId;
  readonly seq: number;
  readonly event: ThreadEvent;
}
export interface DaemonNotice {
  readonly seq: number;
  readonly event: DaemonEvent;
}

/** Writes that stand or fall together. Made by `Journal.write`, and valid only until it returns. */
export interface Transaction {
  readonly actor: Actor;
  readonly now: number;
  /** Changes a thread: the event is logged and the row that it carries is stored. */
  record(event: ThreadEvent, wholeText?: string): void;
  /** Changes a project or a task, likewise. */
  announce(event: DaemonEvent): void;
  /** Runs once everything is committed; never when the transaction fails. */
  afterCommit(run: () => void): void;
}

export interface JournalOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly logError: (message: string, details: Record<string, unknown>) => void;
}

export const daemonActor: Actor = { name: "heddle", kind: "daemon" };

/**
 * The only way to change state. A change is an event that carries the row as it is afterwards; the
 * row and the log are written in one transaction, and listeners hear of it once it is committed.
 */
export class Journal {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #logError: JournalOptions["logError"];
  #open: Transaction | undefined;
  readonly #threadListeners = new Set<(notice: ThreadNotice) => void>();
  readonly #daemonListeners = new Set<(notice: DaemonNotice) => void>();

  constructor({ store, clock, logError }: JournalOptions) {
    this.#store = store;
    this.#clock = clock;
    this.#logError = logError;
  }

  /** A write inside another joins it, whatever it asked for itself. */
  write<T>(actor: Actor, change: (tx: Transaction) => T, durability: Durability = {}): T {
    if (this.#open) return change(this.#open);
    const afterwards: (() => void)[] = [];
    const tx = this.#transaction(actor, afterwards);
    this.#open = tx;
    let result: T;
    try {
      result = this.#store.transaction(() => change(tx), durability);
    } finally {
      this.#open = undefined;
    }
    for (const run of afterwards) this.#afterwards(run);
    return result;
  }

  /** What is on disk stays so; one listener's fault keeps nothing from the others. */
  #afterwards(run: () => void): void {
    try {
      run();
    } catch (error) {
      this.#logError("a listener failed", { error });
    }
  }

  onThreadEvent(listener: (notice: ThreadNotice) => void): void {
    this.#threadListeners.add(listener);
  }

  onDaemonEvent(listener: (notice: DaemonNotice) => void): Disposable {
    this.#daemonListeners.add(listener);
    return { [Symbol.dispose]: () => void this.#daemonListeners.delete(listener) };
  }

  #transaction(actor: Actor, afterwards: (() => void)[]): Transaction {
    const now = this.#clock();
    const announce = (event: DaemonEvent) => {
      applyDaemonEvent(this.#store, event);
      const seq = this.#store.events.appendDaemon(event, actor, now);
      afterwards.push(() => this.#tellDaemon({ seq, event }));
    };
    const record = (event: ThreadEvent, wholeText?: string) => {
      const threadId = threadIdOf(this.#store, event);
      applyToTables(this.#store, event, wholeText);
      const seq = this.#store.events.append(threadId, event, actor, now);
      afterwards.push(() => this.#tellThread({ threadId, seq, event }));
      const summary = daemonEventOf(event);
      if (summary) announce(summary);
    };
    return { actor, now, record, announce, afterCommit: (run) => void afterwards.push(run) };
  }

  #tellThread(notice: ThreadNotice): void {
    for (const listener of this.#threadListeners) listener(notice);
  }

  #tellDaemon(notice: DaemonNotice): void {
    for (const listener of this.#daemonListeners) listener(notice);
  }
}

/** What the daemon-wide feed says of a thread's event, if anything. */
function daemonEventOf(event: ThreadEvent): DaemonEvent | undefined {
  switch (event.type) {
    case "threadCreated":
    case "threadUpdated":
      return { type: "threadChanged", thread: event.thread };
    case "approvalRequested":
    case "approvalResolved":
      return { type: event.type, approval: event.approval };
    default:
      return undefined;
  }
}
