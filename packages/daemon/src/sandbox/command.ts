import { DaemonError } from "@heddle/protocol";
import { limits } from "./limits.ts";
import type { BoxExit, BoxProcess } from "./types.ts";

/** What a command needs of whatever runs it. */
export interface CommandHost {
  signal(name: "TERM" | "KILL"): void;
  /** Absent when the command has no standard input. */
  readonly input?: (chars: string) => void;
  /** Called when the command has not ended although it was killed. */
  readonly stuck: () => void;
  readonly background: () => void;
  readonly hold: (until: Promise<unknown>) => void;
}

/** The daemon's side of one command: its output, its limits and how it ended. */
export class Command implements BoxProcess {
  readonly exited: Promise<BoxExit>;
  readonly #host: CommandHost;
  readonly #settle: (exit: BoxExit) => void;
  readonly #timeout: NodeJS.Timeout;
  #escalation: NodeJS.Timeout | undefined;
  #cause: "timedOut" | "killed" | "outputLimit" | undefined;
  #settled = false;
  #bytes = 0;
  #early: Buffer[] = [];
  #listeners: ((chunk: Buffer) => void)[] = [];

  constructor(host: CommandHost, timeoutMs: number) {
    const { promise, resolve } = Promise.withResolvers<BoxExit>();
    this.exited = promise;
    this.#settle = resolve;
    this.#host = host;
    this.#timeout = setTimeout(() => this.#end("timedOut"), timeoutMs);
  }

  onOutput(listener: (chunk: Buffer) => void): void {
    this.#listeners.push(listener);
    for (const chunk of this.#early.splice(0)) listener(chunk);
  }

  write(chars: string): void {
    if (this.#settled) return;
    if (this.#host.input === undefined) {
      throw new DaemonError(
        "conflict",
        "the command's standard input is closed: run it again with a tty",
      );
    }
    this.#host.input(chars);
  }

  hold(until: Promise<unknown>): void {
    this.#host.hold(until);
  }

  background(): void {
    this.#host.background();
  }

  kill(): void {
    this.#end("killed");
  }

  /** Takes output, as long as the command runs and the limit is not reached. */
  push(chunk: Buffer): void {
    if (this.#settled || this.#cause === "outputLimit") return;
    const rest = limits.outputBytes - this.#bytes;
    const part = chunk.length > rest ? chunk.subarray(0, rest) : chunk;
    this.#bytes += part.length;
    if (this.#listeners.length === 0) this.#early.push(part);
    for (const listener of this.#listeners) listener(part);
    if (part !== chunk) this.#end("outputLimit");
  }

  finish(exitCode: number): void {
    this.#finish({ exitCode, reason: this.#cause ?? "exited" });
  }

  /** Its box has ended with it. One that was being ended, and held its box up, says why it was. */
  lose(why: Omit<BoxExit, "exitCode"> = { reason: "boxLost" }): void {
    clearTimeout(this.#escalation);
    const reason = this.#cause ?? why.reason;
    this.#finish({ exitCode: undefined, ...why, reason });
  }

  #finish(exit: BoxExit): void {
    if (this.#settled) return;
    this.#settled = true;
    clearTimeout(this.#timeout);
    this.#settle(exit);
  }

  /** The escalation outlives the command: what it left in its group gets the same 2 s. */
  #end(cause: "timedOut" | "killed" | "outputLimit"): void {
    if (this.#settled || this.#cause !== undefined) return;
    this.#cause = cause;
    this.#host.signal("TERM");
    this.#escalation = setTimeout(() => {
      this.#host.signal("KILL");
      this.#escalation = setTimeout(() => {
        if (!this.#settled) this.#host.stuck();
      }, limits.stuckMs).unref();
    }, limits.killGraceMs).unref();
  }
}
