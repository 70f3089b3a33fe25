import { expect, test } from "vitest";
import { daemonActor } from "../journal.ts";
import { hourMs, minuteMs, World, well } from "./world.test.support.ts";

const failed = {
  type: "failed",
  failure: { kind: "internal", message: "it broke", details: {} },
} as const;

test("a slot that is due has one run, however often it is looked for", async () => {
  const world = new World("2026-03-02T08:00:00Z");
  const daily = world.add("0 9 * * *");
  await world.sweepAt("2026-03-02T08:59:59Z");
  expect(world.told(daily)).toEqual([]);
  await world.sweepAt("2026-03-02T09:00:00Z");
  await world.sweepAt("2026-03-02T09:00:05Z");
  expect(world.told(daily)).toEqual(["03-02T09:00 provisioning"]);
  expect(world.hands.begun.map(({ slotAt }) => slotAt)).toEqual([
    Date.parse("2026-03-02T09:00:00Z"),
  ]);
});

test("two sweeps at once claim a slot once", async () => {
  const world = new World("2026-03-02T08:00:00Z");
  const all = Array.from({ length: 50 }, (_, at) => world.add("0 9 * * *", {}, `daily ${at}`));
  world.now = Date.parse("2026-03-02T09:00:00Z");
  await Promise.all([world.scheduler.sweep(), world.another().sweep()]);
  expect(all.map((automation) => world.runs(automation).length)).toEqual(all.map(() => 1));
});

test("a daemon that is killed between claim and start has the run begun by the next one", async () => {
  const world = new World("2026-03-02T08:00:00Z");
  const daily = world.add("0 9 * * *");
  world.now = Date.parse("2026-03-02T09:00:00Z");
  // Nobody does its work: it claims and is gone.
  await world.another().sweep();
  expect(world.told(daily)).toEqual(["03-02T09:00 claimed"]);
  world.restart();
  await world.scheduler.sweep();
  expect(world.hands.begun).toHaveLength(1);
  expect(world.told(daily)).toEqual(["03-02T09:00 provisioning"]);
});

test("a run that was at work is taken up by the next daemon, and ends once", async () => {
  const world = new World("2026-03-02T08:00:00Z");
  const daily = world.add("0 9 * * *");
  await world.sweepAt("2026-03-02T09:00:00Z");
  const [first] = world.hands.begun;
  world.restart();
  expect(world.hands.begun.map(({ id }) => id)).toEqual([first?.id]);
  world.end(first);
  world.end(first, failed);
  expect(world.told(daily)).toEqual(["03-02T09:00 clean"]);
});

test("slots that passed during a sleep collapse to one run", async () => {
  const world = new World("2026-03-02T08:00:00Z");
  const daily = world.add("0 9 * * *");
  await world.sweepAt("2026-03-06T12:00:00Z");
  expect(world.told(daily)).toEqual(["03-06T09:00 provisioning x5"]);
});

test("slots before the window are missed, and the inbox says so", async () => {
  const world = new World("2026-03-02T08:00:00Z");
  const daily = world.add("0 9 * * *");
  await world.sweepAt("2026-03-20T12:00:00Z");
  expect(world.told(daily)).toEqual(["03-02T09:00 missed x12", "03-20T09:00 provisioning x7"]);
  expect(world.store.findings.where({}).map(({ title }) => title)).toEqual(["nightly: missed"]);
});

test("without catching up, what passed is missed and what is due now runs", async () => {
  const world = new World("2026-03-02T08:00:00Z");
  const hourly = world.add("0 * * * *", { catchUp: { mode: "none", max: 10, windowMs: hourMs } });
  await world.sweepAt("2026-03-02T12:01:00Z");
  expect(world.told(hourly)).toEqual(["03-02T09:00 missed x3", "03-02T12:00 provisioning"]);
});

test("catching up on all runs the newest ones, one after another", async () => {
  const world = new World("2026-03-02T08:00:00Z");
  const catchUp = { mode: "all", max: 2, windowMs: 7 * 24 * hourMs } as const;
  const hourly = world.add("0 * * * *", { catchUp, overlap: "allow" });
  await world.sweepAt("2026-03-02T12:30:00Z");
  expect(world.told(hourly)).toEqual([
    "03-02T09:00 missed x2",
    "03-02T11:00 provisioning",
    "03-02T12:00 provisioning",
  ]);
});

test("a wake with very many slots is dealt with, and the newest one runs", async () => {
  const world = new World("2026-01-01T00:00:30Z");
  const often = world.add("* * * * *");
  await world.sweepAt("2026-01-05T00:00:30Z");
  expect(world.runs(often).at(-1)?.slotAt).toBe(Date.parse("2026-01-05T00:00:00Z"));
  expect(world.current(often).nextSlotAt).toBe(Date.parse("2026-01-05T00:01:00Z"));
});

test("a run that goes on makes the next slot skip, and the skipped slot is a row", async () => {
  const world = new World("2026-03-02T08:00:00Z");
  const hourly = world.add("0 * * * *");
  await world.sweepAt("2026-03-02T09:00:00Z");
  await world.sweepAt("2026-03-02T10:00:00Z");
  expect(world.told(hourly)).toEqual(["03-02T09:00 provisioning", "03-02T10:00 skipped"]);
});

test("a run that waits for an answer goes on", async () => {
  const world = new World("2026-03-02T08:00:00Z");
  const hourly = world.add("0 * * * *");
  await world.sweepAt("2026-03-02T09:00:00Z");
  const [run] = world.hands.begun;
  if (run === undefined) throw new Error("nothing began");
  world.journal.write(daemonActor, (tx) =>
    world.scheduler.update(tx, run.id, { state: "waitingForApproval" }),
  );
  await world.sweepAt("2026-03-02T10:00:00Z");
  expect(world.runs(hourly).at(-1)?.reason).toMatch(/run_.* waits for an answer/);
});

test("one slot waits until the run before it has ended, and no more than one", async () => {
  const world = new World("2026-03-02T08:00:00Z");
  const hourly = world.add("0 * * * *", { overlap: "bufferOne" });
  for (const hour of ["09", "10", "11"]) await world.sweepAt(`2026-03-02T${hour}:00:00Z`);
  expect(world.told(hourly)).toEqual([
    "03-02T09:00 provisioning",
    "03-02T10:00 claimed",
    "03-02T11:00 skipped",
  ]);
  world.end(world.hands.begun[0]);
  expect(world.hands.begun).toHaveLength(2);
});

test("a slot takes the place of the run before it, where the automation says so", async () => {
  const world = new World("2026-03-02T08:00:00Z");
  const hourly = world.add("0 * * * *", { overlap: "cancelOther" });
  await world.sweepAt("2026-03-02T09:00:00Z");
  await world.sweepAt("2026-03-02T10:00:00Z");
  expect(world.told(hourly)).toEqual(["03-02T09:00 cancelled", "03-02T10:00 provisioning"]);
  expect(world.hands.stopped).toHaveLength(1);
});

test("a wake begins only so many runs at once", async () => {
  const world = new World("2026-03-02T08:00:00Z", { maxRuns: 2 });
  for (let at = 0; at < 5; at += 1) world.add("0 9 * * *", {}, `daily ${at}`);
  await world.sweepAt("2026-03-02T09:00:00Z");
  expect(world.hands.begun).toHaveLength(2);
  for (let at = 0; at < 5; at += 1) world.end(world.hands.begun[at]);
  expect(world.hands.begun).toHaveLength(5);
});

test("after so many failures in a row an automation pauses by itself and says why", async () => {
  const world = new World("2026-03-02T08:30:00Z");
  const hourly = world.add("0 * * * *", { pauseAfterFailures: 2 });
  for (const hour of ["09", "10", "11"]) {
    await world.sweepAt(`2026-03-02T${hour}:00:00Z`);
    world.store.runs.openOf(hourly.id).forEach((run) => void world.end(run, failed));
  }
  expect(world.told(hourly)).toEqual(["03-02T09:00 failed", "03-02T10:00 failed"]);
  expect(world.current(hourly).paused).toMatchObject({
    by: "failures",
    reason: "2 runs in a row failed, the last one because it broke",
  });
});

test("whoever could not look is not clean, and the inbox says so until a run could", async () => {
  const world = new World("2026-03-02T08:30:00Z");
  const hourly = world.add("0 * * * *");
  await world.sweepAt("2026-03-02T09:00:00Z");
  const reason = "the registry did not answer";
  world.end(world.hands.begun[0], { type: "couldNotCheck", reason, advice: "try again" });
  const inbox = () => world.store.findings.where({}).map(({ title, state }) => [title, state]);
  expect(world.told(hourly)).toEqual(["03-02T09:00 couldNotCheck"]);
  expect(inbox()).toEqual([["nightly: could not check", "new"]]);
  await world.sweepAt("2026-03-02T10:00:00Z");
  world.end(world.hands.begun[1]);
  expect(inbox()).toEqual([["nightly: could not check", "fixed"]]);
});

test("an automation that follows another begins with its outcome", async () => {
  const world = new World("2026-03-02T08:30:00Z");
  const first = world.add("0 * * * *");
  const then = world.add({ type: "after", automationId: first.id, on: "clean" }, {}, "then");
  await world.sweepAt("2026-03-02T09:00:00Z");
  world.end(world.hands.begun[0], failed);
  expect(world.told(then)).toEqual([]);
  await world.sweepAt("2026-03-02T10:00:00Z");
  world.end(world.hands.begun[1], well);
  expect(world.runs(then)).toMatchObject([
    { state: "provisioning", trigger: "after", originRunId: world.runs(first)[1]?.id },
  ]);
});

test("old runs are forgotten, the newest ones are kept", async () => {
  const world = new World("2026-03-02T08:30:00Z");
  const hourly = world.add("0 * * * *", { keepRuns: 3 });
  for (let hour = 9; hour < 20; hour += 1) {
    await world.sweepAt(Date.parse("2026-03-02T00:00:00Z") + hour * hourMs);
    for (const run of world.store.runs.openOf(hourly.id)) world.end(run);
  }
  expect(world.told(hourly)).toEqual([
    "03-02T17:00 clean",
    "03-02T18:00 clean",
    "03-02T19:00 clean",
  ]);
});

test("a clock that is turned back a little runs no slot again", async () => {
  const world = new World("2026-03-02T08:30:00Z");
  const often = world.add("*/10 * * * *");
  await world.sweepAt("2026-03-02T09:00:00Z");
  world.end(world.hands.begun[0]);
  for (let at = 0; at < 6; at += 1) {
    await world.sweepAt(Date.parse("2026-03-02T08:15:00Z") + at * 10 * minuteMs);
  }
  expect(world.told(often)).toEqual(["03-02T09:00 clean x3"]);
});

test("a clock that had run years ahead keeps no automation waiting for them", async () => {
  const world = new World("2026-03-02T08:30:00Z");
  const daily = world.add("0 9 * * *");
  await world.sweepAt("2030-01-01T12:00:00Z");
  world.end(world.hands.begun[0]);
  await world.sweepAt("2026-03-02T08:31:00Z");
  expect(world.current(daily).nextSlotAt).toBe(Date.parse("2026-03-02T09:00:00Z"));
});

test("a thousand automations after six days asleep have one run each, a few at a time", async () => {
  const world = new World("2026-03-02T08:30:00Z", { maxRuns: 4 });
  const all = Array.from({ length: 1000 }, (_, at) =>
    world.add(`${at % 60} ${at % 24} * * *`, {}, `daily ${at}`),
  );
  world.now += 6 * 24 * hourMs;
  let turns = 0;
  let counting = setImmediate(function count() {
    turns += 1;
    counting = setImmediate(count);
  });
  await world.scheduler.sweep();
  clearImmediate(counting);
  // One after each sixty or so, on any machine.
  expect(turns).toBeGreaterThan(15);
  const rows = all.flatMap((automation) => world.runs(automation));
  expect(rows.map(({ slots }) => slots)).toEqual(all.map(() => 6));
  expect(world.hands.begun).toHaveLength(4);
});

test.each([
  [{ tokens: 100 }, "tokens"],
  [{ cost: 0.5 }, "cost"],
])(
  "a day's budget of %j that is spent skips the run, until the next day",
  async (dayBudget, what) => {
    const world = new World("2026-03-02T08:30:00Z");
    const hourly = world.add("0 * * * *", { dayBudget });
    await world.sweepAt("2026-03-02T09:00:00Z");
    const [run] = world.hands.begun;
    const threadId = "thr_01900000-0000-7000-8000-000000000000" as never;
    if (run === undefined) throw new Error("nothing began");
    world.journal.write(daemonActor, (tx) => world.scheduler.update(tx, run.id, { threadId }));
    world.store.modelRequests.add({
      turnId: "turn_1",
      threadId,
      model: "a/b",
      at: world.now,
      wallMs: 1,
      outcome: "completed",
      sentBytes: 1,
      inputTokens: 100,
      cachedInputTokens: 0,
      outputTokens: 10,
      reasoningTokens: 0,
      estimated: false,
      costUsd: 0.5,
    });
    world.end(run);
    await world.sweepAt("2026-03-02T10:00:00Z");
    expect(world.runs(hourly).at(-1)).toMatchObject({
      state: "skipped",
      reason: `its ${what} of today are spent; raise its day budget to go on`,
    });
    await world.sweepAt("2026-03-03T00:00:00Z");
    expect(world.runs(hourly).at(-1)?.state).toBe("provisioning");
  },
);

test("slots are spread by a delay that is always the same", async () => {
  const world = new World("2026-03-02T08:30:00Z");
  const delays = Array.from({ length: 20 }, (_, at) => {
    const { nextSlotAt, nextRunAt } = world.add("0 * * * *", { jitter: true }, `hourly ${at}`);
    return (nextRunAt ?? 0) - (nextSlotAt ?? 0);
  });
  expect(Math.max(...delays)).toBeLessThan(6 * minuteMs);
  expect(new Set(delays).size).toBeGreaterThan(15);
});
