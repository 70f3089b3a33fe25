/** Lets so many calls run at once; the others wait, in the order in which they came. */
export class Budget {
  readonly #signal: AbortSignal;
  readonly #waiting: (() => void)[] = [];
  #free: number;

  /** Calls that still wait when `signal` aborts are rejected. */
  constructor(atOnce: number, signal: AbortSignal) {
    this.#free = atOnce;
    this.#signal = signal;
  }

  async run<T>(call: () => Promise<T>): Promise<T> {
    await this.#acquire();
    try {
      this.#signal.throwIfAborted();
      return await call();
    } finally {
      this.#release();
    }
  }

  async #acquire(): Promise<void> {
    if (this.#free > 0) {
      this.#free -= 1;
      return;
    }
    // The place is handed over by `#release`, so that the count stays as it is.
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #release(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#free += 1;
  }
}
