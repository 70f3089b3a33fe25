import type { Desktop } from "./desktop.ts";
import { batch, type Notice } from "./model/notice.ts";
import { quietFor } from "./model/quiet.ts";

const gatherMs = 1000;

export interface NoticesOptions {
  readonly desktop: Pick<Desktop, "notify" | "withdraw">;
  readonly quietHours: string | undefined;
  readonly now: () => Date;
}

/** Gathers notices for a moment, or for as long as it is quiet, and shows them together. */
export class Notices implements Disposable {
  readonly #options: NoticesOptions;
  #waiting: Notice[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(options: NoticesOptions) {
    this.#options = options;
  }

  add(notice: Notice): void {
    this.#waiting.push(notice);
    this.#timer ??= this.#later(gatherMs);
  }

  /** What has become void is shown no longer, or never. */
  withdraw(key: string): void {
    this.#waiting = this.#waiting.filter((notice) => notice.key !== key);
    this.#options.desktop.withdraw(key);
  }

  #later(ms: number): NodeJS.Timeout {
    return setTimeout(() => this.#show(), ms);
  }

  #show(): void {
    const { desktop, quietHours, now } = this.#options;
    const quietMs = quietFor(quietHours, now());
    this.#timer = quietMs > 0 ? this.#later(quietMs) : undefined;
    if (quietMs > 0) return;
    const notices = batch(this.#waiting);
    this.#waiting = [];
    for (const notice of notices) void desktop.notify(notice);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }
}
