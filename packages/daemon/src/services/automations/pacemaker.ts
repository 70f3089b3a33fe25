import type { Clock } from "../../os/clock.ts";
import { everyMinute } from "../../os/cron.ts";

export interface PulseOptions {
  readonly clock: Clock;
  /** Milliseconds that stand still while the machine sleeps, and that nobody can turn. */
  readonly steady: () => number;
  readonly nextDue: () => number | undefined;
}

const guardMs = 5000;
const leastMs = 100;
const jumpMs = 2000;
/** So long a machine has to be awake before anything begins: a dark wake is shorter. */
const settleMs = 4000;

export interface Beat {
  /** Whether to sweep now. */
  readonly sweep: boolean;
  /** When to look again. */
  readonly waitMs: number;
}

/** Decides when to look for due runs; notices sleep and turned clocks by the two clocks. */
export class Pulse {
  readonly #options: PulseOptions;
  #wall: number;
  #steady: number;
  #settledAt = -Infinity;

  constructor(options: PulseOptions) {
    this.#options = options;
    this.#wall = options.clock();
    this.#steady = options.steady();
  }

  look(): Beat {
    const { clock, nextDue } = this.#options;
    const [wall, steady] = [clock(), this.#options.steady()];
    const jumped = Math.abs(wall - this.#wall - (steady - this.#steady)) > jumpMs;
    this.#wall = wall;
    this.#steady = steady;
    if (jumped) this.#settledAt = steady + settleMs;
    const unsettledMs = this.#settledAt - steady;
    if (unsettledMs > 0) return { sweep: false, waitMs: unsettledMs };
    const dueInMs = (nextDue() ?? Infinity) - wall;
    return { sweep: true, waitMs: Math.min(Math.max(dueInMs, leastMs), guardMs) };
  }
}

/** Calls `sweep` when something is due, at every minute, and soon after a sleep. */
export function startPacemaker(
  pulse: Pulse,
  sweep: () => void,
  everyFullMinute: () => void,
): Disposable {
  let timer: NodeJS.Timeout | undefined;
  const look = () => {
    clearTimeout(timer);
    const beat = pulse.look();
    if (beat.sweep) sweep();
    timer = setTimeout(look, beat.waitMs).unref();
  };
  const minute = everyMinute(() => {
    look();
    everyFullMinute();
  });
  look();
  return {
    [Symbol.dispose]: () => {
      clearTimeout(timer);
      minute[Symbol.dispose]();
    },
  };
}
