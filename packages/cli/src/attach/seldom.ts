const betweenMs = 1000;

/** Does something anew where it is asked for: once at a time, and not more often than a second. */
export class Seldom {
  readonly #work: () => Promise<void>;
  #busy = false;
  #again = false;

  constructor(work: () => Promise<void>) {
    this.#work = work;
  }

  ask(): void {
    this.#again = true;
    if (!this.#busy) this.#start();
  }

  #start(): void {
    this.#busy = true;
    this.#again = false;
    const next = () => {
      this.#busy = false;
      if (this.#again) this.#start();
    };
    void this.#work().finally(() => setTimeout(next, betweenMs).unref());
  }
}
