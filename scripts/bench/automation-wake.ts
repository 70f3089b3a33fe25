import { monitorEventLoopDelay } from "node:perf_hooks";
import { dayMs, World } from "../../packages/daemon/src/services/automations/world.test.support.ts";
import { daemonActor } from "../../packages/daemon/src/services/journal.ts";
import { rounded } from "../../test/support/process-figures.ts";

export interface Wake {
  readonly automations: number;
  readonly idleSweepUs: number;
  readonly idleSweepCpuUs: number;
  /** What the sweep after six days asleep takes, and its part that is CPU. */
  readonly sweepMs: number;
  readonly sweepCpuMs: number;
  readonly longestBlockMs: number;
  readonly claimed: number;
  readonly begun: number;
}

/** On a real file, flushed as the daemon flushes it. */
export async function measureWake(path: string, automations: number): Promise<Wake> {
  const world = new World("2026-03-02T08:00:00Z", { path });
  world.journal.write(daemonActor, () => {
    for (let at = 0; at < automations; at += 1) {
      world.add(`${at % 60} ${at % 24} * * *`, { jitter: true }, `daily ${at}`);
    }
  });
  const idle = await measureIdle(world);
  world.now += 6 * dayMs;
  const stalls = monitorEventLoopDelay({ resolution: 1 });
  stalls.enable();
  const { wallMs, cpuMs } = await timed(() => world.scheduler.sweep());
  stalls.disable();
  return {
    automations,
    ...idle,
    sweepMs: rounded(wallMs),
    sweepCpuMs: rounded(cpuMs),
    longestBlockMs: rounded(stalls.max / 1e6),
    claimed: world.store.runs.where({}).length,
    begun: world.hands.begun.length,
  };
}

async function measureIdle(world: World): Promise<Pick<Wake, "idleSweepUs" | "idleSweepCpuUs">> {
  const sweeps = 5000;
  for (let at = 0; at < 1000; at += 1) await world.scheduler.sweep();
  const { wallMs, cpuMs } = await timed(async () => {
    for (let at = 0; at < sweeps; at += 1) await world.scheduler.sweep();
  });
  const each = (ms: number) => rounded((ms * 1000) / sweeps);
  return { idleSweepUs: each(wallMs), idleSweepCpuUs: each(cpuMs) };
}

async function timed(work: () => Promise<void>): Promise<{ wallMs: number; cpuMs: number }> {
  const [startedAt, before] = [performance.now(), process.cpuUsage()];
  await work();
  const { user, system } = process.cpuUsage(before);
  return { wallMs: performance.now() - startedAt, cpuMs: (user + system) / 1000 };
}
