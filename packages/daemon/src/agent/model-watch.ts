import { ModelError } from "./model-error.ts";

/** Aborts one request when the caller does, or when nothing came for too long. */
export class StreamWatch implements Disposable {
  readonly controller = new AbortController();
  readonly #caller: AbortSignal;
  readonly #onAbort = (): void => this.controller.abort(this.#caller.reason);
  #timer: NodeJS.Timeout | undefined;
  #timeoutMs: number;
  #waiting = true;
  #idle = false;

  constructor(caller: AbortSignal, timeoutMs: number) {
    this.#caller = caller;
    this.#timeoutMs = timeoutMs;
    caller.addEventListener("abort", this.#onAbort, { once: true });
    this.#arm();
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** Stops the clock while the caller works: its time is not the server's. */
  pause(): void {
    this.#waiting = false;
  }

  /** From now on the server has `timeoutMs` to send something. Called for every event. */
  expect(timeoutMs: number): void {
    this.#waiting = true;
    if (timeoutMs === this.#timeoutMs) {
      this.#timer?.refresh();
      return;
    }
    this.#timeoutMs = timeoutMs;
    this.#arm();
  }

  /** What is to be thrown if it was this watch that ended the stream. */
  failure(): unknown {
    if (this.#caller.aborted) return this.#caller.reason;
    if (!this.#idle) return undefined;
    return new ModelError("idle", `the model sent nothing for ${this.#timeoutMs} ms`);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#caller.removeEventListener("abort", this.#onAbort);
  }

  #arm(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#expire(), this.#timeoutMs);
  }

  #expire(): void {
    if (!this.#waiting) return;
    this.#idle = true;
    this.controller.abort();
  }
}
