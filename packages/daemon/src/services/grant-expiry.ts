import type { Clock } from "../os/clock.ts";
import type { Grants } from "./grants.ts";
import { daemonActor, type Journal } from "./journal.ts";
import { storeAgainMs } from "./store-again.ts";

/** A clock may jump, so nothing sleeps for longer. */
const longestMs = 60_000;

export interface GrantExpiryOptions {
  readonly grants: Grants;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly logError: (message: string, details: Record<string, unknown>) => void;
}

/** Removes grants as they expire. While none does, it costs nothing. */
export class GrantExpiry implements Disposable {
  readonly #options: GrantExpiryOptions;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: GrantExpiryOptions) {
    this.#options = options;
    options.journal.onDaemonEvent(({ event }) => {
      if (event.type === "grantChanged") this.#arm();
    });
    this.#expire();
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }

  #expire(): void {
    const { journal, grants, logError } = this.#options;
    let leastMs = 0;
    try {
      journal.write(daemonActor, (tx) => grants.expire(tx));
    } catch (error) {
      logError("expired grants could not be removed", { error });
      leastMs = storeAgainMs;
    }
    this.#arm(leastMs);
  }

  #arm(leastMs = 0): void {
    clearTimeout(this.#timer);
    const next = this.#options.grants.nextExpiry();
    if (next === undefined) return;
    const waitMs = Math.max(leastMs, next - this.#options.clock());
    this.#timer = setTimeout(() => this.#expire(), Math.min(waitMs, longestMs)).unref();
  }
}
