import type { Clock } from "./clock.ts";

export interface Deadline {
  readonly clock: Clock;
  /** In Unix milliseconds. */
  readonly at: number;
  /** However the clock is turned, it takes no longer than this. */
  readonly atMostMs: number;
  /** How often the clock is looked at: it may be turned, and timers stand still during sleep. */
  readonly lookEveryMs?: number;
}

const minuteMs = 60_000;

/**
 * Runs something once the clock is past a moment. What throws, because nothing can be stored, is run
 * again at the next look. Disposing it first keeps it from running.
 */
export function afterDeadline(
  { clock, at, atMostMs, lookEveryMs = minuteMs }: Deadline,
  run: () => void,
): Disposable {
  const startedAt = performance.now();
  const leftMs = () => Math.min(at - clock(), atMostMs - (performance.now() - startedAt));
  let timer: NodeJS.Timeout;
  const look = () => {
    const waitMs = leftMs() > 0 ? leftMs() : attempt();
    if (waitMs === undefined) return;
    timer = setTimeout(look, Math.min(Math.max(waitMs, 1), lookEveryMs)).unref();
  };
  const attempt = () => {
    try {
      run();
      return undefined;
    } catch {
      return lookEveryMs;
    }
  };
  timer = setTimeout(look, Math.min(Math.max(leftMs(), 1), lookEveryMs)).unref();
  return { [Symbol.dispose]: () => clearTimeout(timer) };
}
