import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { temporaryDirectory } from "./repository.ts";

const preload = fileURLToPath(new URL("./turned-clock.mjs", import.meta.url));

/**
 * The wall clock of a daemon, turned from outside while its timers go on: what a suspend looks like
 * to it after a wake.
 */
export class TurnedClock {
  readonly #file = join(temporaryDirectory("clock"), "offset");

  constructor() {
    writeFileSync(this.#file, "0");
  }

  /** What a daemon is started with. */
  get env(): Readonly<Record<string, string>> {
    return { NODE_OPTIONS: `--import=${preload}`, TEST_CLOCK_OFFSET: this.#file };
  }

  /** What the daemon takes for now. */
  now(): number {
    return Date.now() + Number(readFileSync(this.#file, "utf8"));
  }

  /** So far from the real time from now on. */
  turn(offsetMs: number): void {
    writeFileSync(this.#file, String(Math.round(offsetMs)));
  }

  /** Now is this moment. */
  turnTo(moment: number): void {
    this.turn(moment - Date.now());
  }
}
