import type { ThreadId } from "@heddle/protocol";
import type { Busy } from "./busy.ts";
import { daemonActor, type Journal } from "./journal.ts";
import type { ThreadWork } from "./thread-work.ts";

export interface ArchiverOptions {
  readonly threadWork: ThreadWork;
  readonly journal: Journal;
  readonly busy: Busy;
  readonly logError: (message: string, details: Record<string, unknown>) => void;
}

/**
 * Archives threads that have served their purpose, each as soon as nobody works on it. Those that an
 * ending daemon has no time for are found again at the next start by whoever began them.
 */
export class Archiver implements AsyncDisposable {
  readonly #options: ArchiverOptions;
  readonly #due = new Set<ThreadId>();
  readonly #underWay = new Set<Promise<void>>();
  #closed = false;

  constructor(options: ArchiverOptions) {
    this.#options = options;
    options.busy.onFree(() => this.#lookSoon());
  }

  add(threadId: ThreadId): void {
    this.#due.add(threadId);
    this.#lookSoon();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#underWay);
  }

  /** Who lets go of a thread may take hold of it again at once. */
  #lookSoon(): void {
    if (this.#due.size > 0) setImmediate(() => this.#look());
  }

  #look(): void {
    if (this.#closed) return;
    const free = [...this.#due].filter((threadId) => !this.#options.busy.has(threadId));
    for (const threadId of free) this.#archive(threadId);
  }

  #archive(threadId: ThreadId): void {
    const { threadWork, journal, logError } = this.#options;
    this.#due.delete(threadId);
    const work = threadWork
      .archive(threadId, (change) => journal.write(daemonActor, change))
      .then(() => {})
      .catch((error: unknown) => logError("a thread was not put away", { threadId, error }))
      .finally(() => this.#underWay.delete(work));
    this.#underWay.add(work);
  }
}
