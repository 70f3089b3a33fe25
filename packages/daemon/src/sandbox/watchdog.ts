import { limits } from "./limits.ts";
import type { BoxUsage } from "./usage.ts";

const shortestMs = 50;
const quietMs = 500;
/** Looking takes about this part of the daemon's time; a box that is full is looked at all the same. */
const share = 0.05;
/** The first process and the helper: all that is left of a box in which nothing runs. */
const ownTasks = 2;

/** What a box has too much of: bytes, or processes and their threads. */
export interface Excess {
  readonly reason: "memoryLimit" | "processLimit";
  readonly limit: number;
}

export interface WatchdogInit {
  /** What the box uses; `undefined` when it has ended. */
  readonly measure: () => BoxUsage | undefined;
  readonly memoryBytes: number;
  /** Whether a command runs. */
  readonly busy: () => boolean;
  /** Called once, with what there is too much of. */
  readonly onExcess: (excess: Excess) => void;
}

/**
 * Looks at a box again and again while something runs in it, also what a command left behind. It
 * sees what no limit of a single process can: the memory of all together, and, because the kernel
 * exempts root from its own limit, their number.
 */
export class Watchdog implements Disposable {
  readonly #init: WatchdogInit;
  #timer: NodeJS.Timeout | undefined;
  #ended = false;

  constructor(init: WatchdogInit) {
    this.#init = init;
  }

  /** A command starts. */
  wake(): void {
    this.#schedule(shortestMs);
  }

  [Symbol.dispose](): void {
    this.#ended = true;
    clearTimeout(this.#timer);
  }

  #schedule(delayMs: number): void {
    if (this.#ended) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#look(), delayMs).unref();
  }

  #look(): void {
    const startedAt = performance.now();
    const usage = this.#init.measure();
    // The box has ended, and this with it, or it cannot be looked at now: never let go of it.
    if (usage === undefined) {
      this.#schedule(quietMs);
      return;
    }
    const excess = excessOf(usage, this.#init.memoryBytes);
    if (excess !== undefined) {
      this[Symbol.dispose]();
      this.#init.onExcess(excess);
      return;
    }
    const busy = this.#init.busy();
    if (!busy && usage.tasks <= ownTasks) return;
    const tookMs = performance.now() - startedAt;
    const restMs = Math.max(busy ? shortestMs : quietMs, tookMs / share);
    this.#schedule(Math.min(restMs, quietMs));
  }
}

function excessOf({ bytes, tasks }: BoxUsage, memoryBytes: number): Excess | undefined {
  if (bytes > memoryBytes) return { reason: "memoryLimit", limit: memoryBytes };
  const most = limits.watchedProcesses;
  return tasks > most ? { reason: "processLimit", limit: most } : undefined;
}
