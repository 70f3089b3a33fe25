import type { ThreadEvent, ThreadFacts, ThreadId } from "@heddle/protocol";
import type { HeddleClient } from "@heddle/protocol/node";

const betweenMs = 1000;
const telling: ReadonlySet<ThreadEvent["type"]> = new Set([
  "turnUpdated",
  "turnCompleted",
  "turnsUndone",
  "itemCompleted",
]);

/** Keeps what `thread/status` says fresh, one call at a time and not more often than a second. */
export class FactsKeeper {
  readonly #daemon: HeddleClient;
  readonly #threadId: ThreadId;
  readonly #changed: () => void;
  #busy = false;
  #stale = false;
  latest: ThreadFacts | undefined;

  constructor(daemon: HeddleClient, threadId: ThreadId, changed: () => void) {
    this.#daemon = daemon;
    this.#threadId = threadId;
    this.#changed = changed;
  }

  see({ type }: ThreadEvent): void {
    if (telling.has(type)) this.refresh();
  }

  refresh(): void {
    this.#stale = true;
    if (!this.#busy) this.#ask();
  }

  #ask(): void {
    this.#busy = true;
    this.#stale = false;
    const threadId = this.#threadId;
    const asked = this.#daemon.call("thread/status", { threadId });
    // Where the daemon is gone, what follows the thread says so.
    asked.then(
      (facts) => this.#take(facts),
      () => this.#take(this.latest),
    );
  }

  #take(facts: ThreadFacts | undefined): void {
    this.latest = facts;
    this.#changed();
    const again = () => {
      this.#busy = false;
      if (this.#stale) this.#ask();
    };
    setTimeout(again, betweenMs).unref();
  }
}
