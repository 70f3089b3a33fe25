import type { Automation } from "@heddle/protocol";
import { jitterOf, spreadOf } from "./jitter.ts";
import { nextAfter } from "./next-after.ts";

/** A slot that is no older than this is on time. */
export const onTimeMs = 5 * 60_000;
/** Of more slots than these in one absence nobody wants the exact number. */
const countedSlots = 1000;

export interface NextSlot {
  readonly nextSlotAt: number | null;
  readonly nextRunAt: number | null;
}

export interface DuePlan {
  /** Runs to claim, oldest first; `slots` counts those that they stand for. */
  readonly runs: readonly { readonly slotAt: number; readonly slots: number }[];
  /** Slots that get no run. */
  readonly missed:
    | { readonly slotAt: number; readonly slots: number; readonly reason: string }
    | undefined;
  readonly next: NextSlot;
}

/** The slot after a moment, and when its run begins. */
export function nextSlot(
  { id, trigger, options }: Automation,
  after: number,
  spread: number = spreadOf(id),
): NextSlot {
  if (trigger.type !== "schedule") return { nextSlotAt: null, nextRunAt: null };
  const { cron, zone } = trigger;
  const slot = nextAfter(cron, after, zone);
  if (slot === undefined) return { nextSlotAt: null, nextRunAt: null };
  const following = options.jitter ? nextAfter(cron, slot, zone) : undefined;
  const jitter = following === undefined ? 0 : jitterOf(spread, following - slot);
  return { nextSlotAt: slot, nextRunAt: slot + jitter };
}

/** What is to be done about the slots of an automation that were due by now. */
export function planDue(automation: Automation, now: number): DuePlan {
  const { slots, left, next } = slotsUntil(automation, now);
  const { mode, max, windowMs } = automation.options.catchUp;
  const fresh = slots.filter((slot) => now - slot.dueAt <= onTimeMs);
  const passed = slots.filter((slot) => now - slot.dueAt > onTimeMs);
  const inWindow = passed.filter(({ slotAt }) => now - slotAt <= windowMs);
  const beyond = left + passed.length - inWindow.length;
  if (mode === "all") {
    const made = inWindow.slice(-max);
    const runs = [...made, ...fresh].map(({ slotAt }) => ({ slotAt, slots: 1 }));
    const lost = beyond + inWindow.length - made.length;
    return { runs, missed: missedOf(passed[0], lost, `only ${max} runs are made up for`), next };
  }
  if (mode === "none") {
    const runs = newest(fresh, fresh.length);
    const reason = "it passed while nothing could run, and catching up is off";
    return { runs, missed: missedOf(passed[0], left + passed.length, reason), next };
  }
  const together = [...inWindow, ...fresh];
  const reason = "it is longer ago than this automation makes up for";
  return {
    runs: newest(together, together.length),
    missed: missedOf(passed[0], beyond, reason),
    next,
  };
}

interface Slot {
  readonly slotAt: number;
  readonly dueAt: number;
}

/** One run, for the newest slot, stands for all. */
function newest(slots: readonly Slot[], count: number): DuePlan["runs"] {
  const last = slots.at(-1);
  return last ? [{ slotAt: last.slotAt, slots: count }] : [];
}

function missedOf(first: Slot | undefined, slots: number, reason: string): DuePlan["missed"] {
  if (first === undefined || slots === 0) return undefined;
  return { slotAt: first.slotAt, slots, reason };
}

/** The slots that were due, oldest first; of very many the newest, and how many are `left` out. */
function slotsUntil(
  automation: Automation,
  now: number,
): { slots: Slot[]; left: number; next: NextSlot } {
  const { nextSlotAt, nextRunAt } = automation;
  if (nextSlotAt === null || nextRunAt === null) {
    return { slots: [], left: 0, next: nextSlot(automation, now) };
  }
  const slots: Slot[] = [];
  const spread = spreadOf(automation.id);
  let next: NextSlot = { nextSlotAt, nextRunAt };
  let left = 0;
  while (next.nextSlotAt !== null && next.nextRunAt !== null && next.nextRunAt <= now) {
    slots.push({ slotAt: next.nextSlotAt, dueAt: next.nextRunAt });
    next = nextSlot(automation, next.nextSlotAt, spread);
    if (slots.length < countedSlots || left > 0) continue;
    left = 1;
    const recent = Math.max(next.nextSlotAt ?? now, now - recentMs(slots));
    next = nextSlot(automation, recent, spread);
  }
  return { slots, left, next };
}

/** How long so many more slots take, so that the newest of an endless row are found at once. */
function recentMs(slots: readonly Slot[]): number {
  const [first, last] = [slots[0]?.slotAt ?? 0, slots.at(-1)?.slotAt ?? 0];
  return Math.ceil((last - first) / 10);
}
