import { DaemonError, type ThreadId } from "@heddle/protocol";

/** Who works on which thread: one turn, landing, undo or archive at a time. */
export class Busy {
  readonly #claims = new Map<ThreadId, string>();
  readonly #listeners = new Set<() => void>();

  /** Runs whenever a thread becomes free. */
  onFree(listener: () => void): void {
    this.#listeners.add(listener);
  }

  has(threadId: ThreadId): boolean {
    return this.#claims.has(threadId);
  }

  /** Keeps everybody else off the thread until it is disposed; throws `threadBusy`. */
  claim(threadId: ThreadId, what: string): Disposable {
    const present = this.#claims.get(threadId);
    if (present !== undefined) {
      const message = `${threadId} is busy: ${present}; wait for it, or interrupt it`;
      throw new DaemonError("threadBusy", message, { threadId, busyWith: present });
    }
    this.#claims.set(threadId, what);
    let released = false;
    return {
      [Symbol.dispose]: () => {
        if (released) return;
        released = true;
        this.#claims.delete(threadId);
        for (const listener of this.#listeners) listener();
      },
    };
  }
}
