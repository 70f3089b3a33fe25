import { monitorEventLoopDelay } from "node:perf_hooks";

export interface LoopWatch {
  /** The longest that a timer came late, which on a busy machine others cause as well. */
  readonly maxDelayMs: number;
  /** The most that this thread computed between two timers, which only it can cause. */
  readonly maxCpuMs: number;
}

const everyMs = 2;

/** Watches the event loop of this thread until it is told to stop. */
export function watchLoop(): { stop(): LoopWatch } {
  const delay = monitorEventLoopDelay({ resolution: everyMs });
  delay.enable();
  let last = threadCpuMs();
  let most = 0;
  const look = () => {
    const now = threadCpuMs();
    most = Math.max(most, now - last);
    last = now;
  };
  const timer = setInterval(look, everyMs);
  return {
    stop() {
      look();
      clearInterval(timer);
      delay.disable();
      return { maxDelayMs: delay.max / 1e6, maxCpuMs: most };
    },
  };
}

function threadCpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}
