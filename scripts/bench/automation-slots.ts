import { setTimeout as delay } from "node:timers/promises";
import { cpuMs, quantile } from "../../test/support/process-figures.ts";
import { steps } from "../../test/support/steps.ts";
import { TestAutomations } from "../../test/support/test-automations.ts";
import { startTestDaemon } from "../../test/support/test-daemon.ts";
import { TurnedClock } from "../../test/support/turned-clock.ts";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
/** So long before its slot the clock is turned, that the wake is over when it comes. */
const aheadMs = 12_000;

export interface Slots {
  readonly afterSlotMs: { readonly p50: number; readonly max: number };
  readonly afterWakeMs: { readonly p50: number; readonly max: number };
  /** CPU of a daemon with one automation that waits, and of one without, each over so many seconds. */
  readonly idle: {
    readonly seconds: number;
    readonly cpuMs: number;
    readonly withoutCpuMs: number;
  };
}

/** How late a run of a real daemon begins: after its slot, and after a wake. */
export async function measureSlots(times: number, idleSeconds: number): Promise<Slots> {
  const clock = new TurnedClock();
  await using daemon = await startTestDaemon({ env: clock.env });
  const automations = new TestAutomations(daemon, await daemon.project());
  const idleFor = async () => {
    const before = cpuMs(daemon.pid);
    await delay(idleSeconds * 1000);
    return cpuMs(daemon.pid) - before;
  };
  const withoutCpuMs = await idleFor();
  const hourly = await automations.add({
    trigger: { type: "schedule", cron: "0 * * * *", zone: "UTC" },
    work: { type: "prompt", prompt: steps({ text: "looked" }) },
    options: { jitter: false },
  });
  const idle = { seconds: idleSeconds, cpuMs: await idleFor(), withoutCpuMs };
  const begunAt = async (slotAt: number) => {
    const run = await automations.until((one) => one.slotAt === slotAt && one.startedAt !== null);
    await automations.ended(run.id);
    return run.startedAt ?? 0;
  };
  const [afterSlot, afterWake]: number[][] = [[], []];
  let slot = hourly.nextSlotAt ?? 0;
  for (let at = 0; at < times; at += 1) {
    clock.turnTo(slot - aheadMs);
    afterSlot?.push((await begunAt(slot)) - slot);
    // Asleep over two slots, of which the second one gets the run.
    const wokenAt = slot + 2 * hourMs + 10 * minuteMs;
    clock.turnTo(wokenAt);
    afterWake?.push((await begunAt(slot + 2 * hourMs)) - wokenAt);
    slot += 3 * hourMs;
  }
  return { afterSlotMs: spread(afterSlot), afterWakeMs: spread(afterWake), idle };
}

function spread(times: readonly number[] = []): { p50: number; max: number } {
  return { p50: quantile(times, 0.5), max: Math.max(...times) };
}
