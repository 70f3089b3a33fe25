import type { Automation, AutomationOptions, Run, RunState } from "@heddle/protocol";
import { randomBy } from "../../os/random.test.support.ts";
import type { RunOutcome } from "./run-work.ts";
import { jitterOf, spreadOf } from "./schedule/jitter.ts";
import { nextAfter } from "./schedule/next-after.ts";
import { dayMs, hourMs, minuteMs, World } from "./world.test.support.ts";

interface Kind {
  readonly name: string;
  readonly cron: string;
  readonly zone: string;
  readonly options: Partial<AutomationOptions>;
}

const catchUp = (mode: "none" | "one" | "all", max = 3) =>
  ({ mode, max, windowMs: 2 * dayMs }) as const;

const kinds: readonly Kind[] = [
  { name: "daily in the gap", cron: "30 2 * * *", zone: "America/New_York", options: {} },
  { name: "daily, twice shown", cron: "30 1 * * *", zone: "America/New_York", options: {} },
  {
    name: "hourly, all",
    cron: "0 * * * *",
    zone: "Europe/Berlin",
    options: { catchUp: catchUp("all"), overlap: "allow" },
  },
  {
    name: "hourly, none",
    cron: "15 * * * *",
    zone: "Australia/Sydney",
    options: { catchUp: catchUp("none"), overlap: "bufferOne" },
  },
  {
    name: "hourly, one",
    cron: "45 * * * *",
    zone: "UTC",
    options: { catchUp: catchUp("one"), overlap: "cancelOther" },
  },
  { name: "weekdays", cron: "0 9 * * 1-5", zone: "Europe/London", options: { jitter: true } },
  {
    name: "monthly, the 31st",
    cron: "0 4 31 * *",
    zone: "Asia/Tokyo",
    options: { catchUp: catchUp("one") },
  },
];

export interface YearRow {
  readonly name: string;
  readonly slots: number;
  readonly ran: number;
  readonly madeUp: number;
  readonly skipped: number;
  readonly missed: number;
  readonly cancelled: number;
  readonly doubled: number;
  readonly lost: number;
  readonly unlike: number;
}

export interface Year {
  readonly seed: number;
  readonly days: number;
  readonly sleeps: number;
  readonly kills: number;
  readonly turns: number;
  readonly rows: readonly YearRow[];
  readonly faults: string[];
}

/** What the policies promise for one look after an absence, by slot; computed without the scheduler. */
type Promised = Map<number, { missed: boolean; slots: number }>;

const onTimeMs = 5 * minuteMs;

/**
 * Lives through a year minute by minute: the machine sleeps, the daemon is killed, also between claim
 * and start, its clock is turned, two sweeps run at once. Then every slot is accounted for.
 */
export async function simulateYear({
  seed,
  start = "2026-01-01T00:00:00Z",
  days = 365,
}: {
  seed: number;
  start?: string;
  days?: number;
}): Promise<Year> {
  const random = randomBy(seed);
  const world = new World(start, { maxRuns: 100 });
  const automations = kinds.map(({ name, cron, zone, options }) => {
    const keep = { keepRuns: 10_000, pauseAfterFailures: 0, ...options };
    return world.add({ type: "schedule", cron, zone }, keep, name);
  });
  const end = world.now + days * dayMs;
  const life = new Life(world, automations, { random, end });
  while (world.now < end) await life.minute(end);
  await life.finish();
  const rows = automations.map((automation) => life.judge(automation, Date.parse(start)));
  const { sleeps, kills, turns, faults } = life;
  return { seed, days, sleeps, kills, turns, rows, faults };
}

class Life {
  sleeps = 0;
  kills = 0;
  turns = 0;
  readonly faults: string[] = [];
  readonly #world: World;
  readonly #automations: readonly Automation[];
  readonly #random: () => number;
  readonly #slots: Map<string, { slotAt: number; dueAt: number }[]>;
  readonly #promised = new Map<string, Promised>();
  readonly #ends = new Map<Run["id"], number>();
  /** How many slots of each automation have been due so far. */
  readonly #dealtWith = new Map<string, number>();
  /** The latest moment that the scheduler has looked at. */
  #lookedAt: number;

  constructor(
    world: World,
    automations: readonly Automation[],
    { random, end }: { random: () => number; end: number },
  ) {
    this.#world = world;
    this.#automations = automations;
    this.#random = random;
    this.#lookedAt = world.now;
    this.#slots = new Map(automations.map((one) => [one.id, allSlots(one, world.now, end)]));
    for (const { id } of automations) this.#promised.set(id, new Map());
  }

  async minute(end: number): Promise<void> {
    const world = this.#world;
    world.now = Math.min(world.now + minuteMs + this.#absence(), end);
    this.#endWork();
    if (this.#random() < 0.0004) await this.#killBeforeStart();
    else if (this.#random() < 0.02) {
      this.#promise();
      await Promise.all([world.scheduler.sweep(), world.another().sweep()]);
      world.scheduler.launch();
    } else {
      this.#promise();
      await world.scheduler.sweep();
    }
    this.#takeUp();
    if (this.#random() < 0.0003) this.#turnBack();
  }

  /** Ends what is still at work. */
  async finish(): Promise<void> {
    for (let left = 1; left > 0; ) {
      this.#takeUp();
      const open = this.#world.store.runs.open();
      left = open.length;
      for (const run of open) this.#world.end(run);
    }
  }

  /** How long nothing runs before the next look: mostly not at all. */
  #absence(): number {
    const chance = this.#random();
    if (chance > 0.0012) return 0;
    this.sleeps += 1;
    const longest = chance < 0.0002 ? 5 * dayMs : 10 * hourMs;
    return Math.floor((this.#random() * longest) / minuteMs) * minuteMs;
  }

  async #killBeforeStart(): Promise<void> {
    this.kills += 1;
    this.#promise();
    // This one has nobody who begins what it claims.
    await this.#world.another().sweep();
    this.#world.restart();
    this.#ends.clear();
  }

  #turnBack(): void {
    this.turns += 1;
    this.#world.now -= Math.floor(this.#random() * 50) * minuteMs;
  }

  /** What has begun since ends some time later; a daemon that was killed begins it again. */
  #takeUp(): void {
    for (const run of this.#world.hands.begun.splice(0)) {
      this.#checkAlone(run);
      this.#ends.set(run.id, this.#world.now + Math.floor(this.#random() * 70) * minuteMs);
    }
  }

  #endWork(): void {
    for (const [runId, at] of this.#ends) {
      if (at > this.#world.now) continue;
      this.#ends.delete(runId);
      this.#world.scheduler.settle(runId, this.#outcome());
    }
  }

  #outcome(): RunOutcome {
    const chance = this.#random();
    if (chance < 0.8) return { type: "checked", summary: "", found: [] };
    if (chance < 0.9) return { type: "couldNotCheck", reason: "no answer", advice: "wait" };
    const failure = { kind: "internal", message: "it broke", details: {} };
    return { type: "failed", failure };
  }

  #checkAlone({ automationId, id }: Run): void {
    const automation = this.#automations.find((one) => one.id === automationId);
    if (automation?.options.overlap === "allow") return;
    const others = this.#world.store.runs.openOf(automationId);
    const started = others.filter((run) => run.id !== id && run.state !== "claimed");
    if (started.length > 0) this.faults.push(`${automation?.name}: two runs at once`);
  }

  /** Writes down what the policies promise for the slots since the last look. */
  #promise(): void {
    const { now } = this.#world;
    if (now <= this.#lookedAt) return;
    for (const automation of this.#automations) {
      const all = this.#slots.get(automation.id) ?? [];
      const from = this.#dealtWith.get(automation.id) ?? 0;
      let to = from;
      while ((all[to]?.dueAt ?? Infinity) <= now) to += 1;
      this.#dealtWith.set(automation.id, to);
      const due = all.slice(from, to);
      if (due.length > 0) this.#promiseOf(automation, due, now);
    }
    this.#lookedAt = now;
  }

  #promiseOf({ id, options }: Automation, due: readonly Slot[], now: number): void {
    const promised = this.#promised.get(id) ?? new Map();
    const { mode, max, windowMs } = options.catchUp;
    const fresh = due.filter(({ dueAt }) => now - dueAt <= onTimeMs);
    const passed = due.filter(({ dueAt }) => now - dueAt > onTimeMs);
    const recent = passed.filter(({ slotAt }) => now - slotAt <= windowMs);
    const chosen = { none: [], one: recent, all: recent.slice(-max) }[mode];
    const runs = [...chosen, ...fresh];
    const missed = passed.length - chosen.length;
    const [oldest] = passed;
    if (oldest && missed > 0) promised.set(oldest.slotAt, { missed: true, slots: missed });
    const last = runs.at(-1);
    if (mode === "all")
      for (const { slotAt } of runs) promised.set(slotAt, { missed: false, slots: 1 });
    else if (last) promised.set(last.slotAt, { missed: false, slots: runs.length });
  }

  judge(automation: Automation, start: number): YearRow {
    const runs = this.#world.runs(automation);
    const promised = this.#promised.get(automation.id) ?? new Map();
    const all = (this.#slots.get(automation.id) ?? []).filter(
      ({ dueAt }) => dueAt > start && dueAt <= this.#lookedAt,
    );
    const count = (...states: RunState[]) => runs.filter(({ state }) => states.includes(state));
    const ran = count("clean", "findings", "couldNotCheck", "failed", "cancelled");
    const told = runs.reduce((sum, { slots }) => sum + slots, 0);
    const missed = count("missed").reduce((sum, { slots }) => sum + slots, 0);
    return {
      name: automation.name,
      slots: all.length,
      ran: ran.length,
      madeUp: ran.reduce((sum, { slots }) => sum + slots - 1, 0),
      skipped: count("skipped").reduce((sum, { slots }) => sum + slots, 0),
      missed,
      cancelled: count("cancelled").length,
      doubled: runs.length - new Set(runs.map(({ slot }) => slot)).size,
      lost: all.length - told,
      unlike: this.#unlike(runs, promised),
    };
  }

  #unlike(runs: readonly Run[], promised: Promised): number {
    const wrong = runs.filter((run) => {
      const expected = promised.get(run.slotAt ?? 0);
      const isMissed = run.state === "missed";
      return expected?.missed !== isMissed || expected.slots !== run.slots;
    });
    return wrong.length + Math.abs(promised.size - runs.length);
  }
}

interface Slot {
  readonly slotAt: number;
  readonly dueAt: number;
}

/** The slots that are due until the end, and one more. */
function allSlots({ id, trigger, options }: Automation, from: number, end: number): Slot[] {
  if (trigger.type !== "schedule") return [];
  const { cron, zone } = trigger;
  const slots: Slot[] = [];
  let slotAt = nextAfter(cron, from, zone);
  while (slotAt !== undefined && slotAt <= end) {
    const following = nextAfter(cron, slotAt, zone) ?? slotAt;
    const jitter = options.jitter ? jitterOf(spreadOf(id), following - slotAt) : 0;
    slots.push({ slotAt, dueAt: slotAt + jitter });
    slotAt = following;
  }
  return slots;
}
