import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { type BoxStatus, parseStatus } from "./launch.ts";
import { bwrapFailure, unavailable } from "./unavailable.ts";

const keptErrors = 4096;
const statusBytes = 64 * 1024;

/** The bubblewrap process of one box, and what it says of itself. */
export class BwrapProcess {
  /** Settles, with the reason, when bubblewrap has ended and its streams are closed. */
  readonly ended: Promise<Error>;
  readonly #child: ChildProcess;
  readonly #first = Promise.withResolvers<number>();
  #errors = "";
  #status = "";

  constructor(child: ChildProcess) {
    this.#child = child;
    child.stdin?.on("error", () => {});
    child.stderr?.on("data", (chunk: Buffer) => {
      this.#errors = (this.#errors + chunk.toString()).slice(-keptErrors);
    });
    child.stdio[4]?.on("data", (chunk: Buffer) => this.#hear(chunk.toString()));
    this.#first.promise.catch(() => {});
    this.ended = this.#end();
  }

  onOutput(listener: (chunk: Buffer) => void): void {
    this.#child.stdout?.on("data", listener).on("error", () => {});
  }

  /** The first process of the box, as soon as there is one. */
  firstPid(): Promise<number> {
    return this.#first.promise;
  }

  tell(line: string): void {
    this.#child.stdin?.write(`${line}\n`);
  }

  /** By its first process: bubblewrap then ends only after the kernel has emptied the box. */
  kill(): void {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    try {
      process.kill(this.#known().childPid ?? this.#child.pid ?? Number.NaN, "SIGKILL");
    } catch {
      this.#child.kill("SIGKILL");
    }
  }

  async #end(): Promise<Error> {
    const failed = await once(this.#child, "close").then(
      () => bwrapFailure(this.#errors),
      (error: unknown) => unavailable("bubblewrap did not start: run `heddle doctor`", error),
    );
    this.#first.reject(failed);
    return failed;
  }

  #hear(text: string): void {
    if (this.#status.length >= statusBytes) return;
    this.#status += text;
    const { childPid } = this.#known();
    if (childPid !== undefined) this.#first.resolve(childPid);
  }

  #known(): BoxStatus {
    return parseStatus(this.#status);
  }
}
