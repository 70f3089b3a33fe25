import { createInterface, type Interface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";

interface KeyboardOptions {
  /** Takes lines that answer no question; without it, such lines are dropped. */
  readonly onLine?: (line: string) => void;
  /** The user ended the input (Ctrl+D). */
  readonly onEnd?: () => void;
  readonly input?: Readable;
  readonly output?: Writable;
}

const typedAheadMs = 10;

/**
 * Reads lines and puts questions, one at a time. The terminal stays in its own line mode, so that
 * a crash leaves nothing to repair and Ctrl+C is a signal as ever.
 */
export class Keyboard implements Disposable {
  readonly #options: KeyboardOptions;
  #lines: Interface | undefined;
  #ended = false;
  #answer: ((line: string | undefined) => void) | undefined;
  /** The question before, behind which the next one waits. */
  #asked: Promise<unknown> = Promise.resolve();

  constructor(options: KeyboardOptions = {}) {
    this.#options = options;
    if (options.onLine) this.#open();
  }

  /** Asks, and returns the line; nothing at the end of the input. Throws when `signal` aborts. */
  ask(question: string, signal?: AbortSignal): Promise<string | undefined> {
    const answer = this.#asked.then(() => this.#put(question, signal));
    this.#asked = answer.catch(() => {});
    return answer;
  }

  [Symbol.dispose](): void {
    this.#close();
  }

  async #put(question: string, signal?: AbortSignal): Promise<string | undefined> {
    this.#open();
    // What was typed before a question was seen does not answer it.
    await delay(typedAheadMs);
    signal?.throwIfAborted();
    if (this.#ended) return undefined;
    const { promise, resolve, reject } = Promise.withResolvers<string | undefined>();
    const abort = () => reject(signal?.reason);
    signal?.addEventListener("abort", abort, { once: true });
    this.#answer = resolve;
    (this.#options.output ?? process.stderr).write(question);
    try {
      return await promise;
    } finally {
      signal?.removeEventListener("abort", abort);
      this.#answer = undefined;
      if (!this.#options.onLine) this.#close();
    }
  }

  #open(): void {
    if (this.#lines) return;
    const input = this.#options.input ?? process.stdin;
    this.#lines = createInterface({ input, terminal: false });
    this.#lines.on("line", (line) => (this.#answer ?? this.#options.onLine)?.(line));
    this.#lines.on("close", () => {
      if (!this.#lines) return;
      this.#ended = true;
      this.#answer?.(undefined);
      this.#options.onEnd?.();
    });
  }

  #close(): void {
    const lines = this.#lines;
    this.#lines = undefined;
    lines?.close();
  }
}

/** Asks one question on the terminal; nothing at the end of the input. */
export async function ask(question: string): Promise<string | undefined> {
  using keyboard = new Keyboard();
  return await keyboard.ask(question);
}

export async function confirm(question: string): Promise<boolean> {
  return isYes(await ask(`${question} [y/N] `));
}

/** Whether an answer consents; no answer does not. */
export function isYes(answer = ""): boolean {
  return /^y(es)?$/i.test(answer.trim());
}
