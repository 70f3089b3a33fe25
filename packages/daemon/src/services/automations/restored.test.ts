import { expect, test } from "vitest";
import { settleRestoredAutomations } from "./restored.ts";
import { dayMs, hourMs, World } from "./world.test.support.ts";

/** A database of last week, of which the loss is noticed now. */
function restore(world: World, lostUntil: number): void {
  const damage = "the disk was full of rubbish";
  const rest = { backupAt: lostUntil - 7 * dayMs, lostUntil, damage, quarantine: null };
  world.now = lostUntil + hourMs / 2;
  world.store.restorations.add({ at: world.now, ...rest });
  settleRestoredAutomations(world.store, world.journal);
}

test("after last week's database was restored no slot until the loss runs again, and that is said", async () => {
  const world = new World("2026-03-02T08:30:00Z");
  const daily = world.add("0 9 * * *");
  restore(world, Date.parse("2026-03-09T10:00:00Z"));
  await world.scheduler.sweep();
  expect(world.told(daily)).toEqual(["03-02T09:00 missed"]);
  expect(world.runs(daily)[0]?.reason).toMatch(/restored from a backup .*; perhaps it ran$/);
  expect(world.store.findings.where({}).map(({ title }) => title)).toEqual(["nightly: missed"]);
  await world.sweepAt("2026-03-10T09:00:00Z");
  expect(world.told(daily)[1]).toBe("03-10T09:00 provisioning");
});

test("a run that the backup holds open is not taken up", async () => {
  const world = new World("2026-03-02T08:30:00Z");
  const daily = world.add("0 9 * * *");
  await world.sweepAt("2026-03-02T09:00:00Z");
  restore(world, Date.parse("2026-03-02T20:00:00Z"));
  world.restart();
  expect(world.told(daily)).toEqual(["03-02T09:00 cancelled"]);
  expect(world.hands.begun).toEqual([]);
});

test("a slot after the loss has its run", async () => {
  const world = new World("2026-03-02T08:30:00Z");
  const daily = world.add("0 9 * * *");
  restore(world, Date.parse("2026-03-02T08:45:00Z"));
  await world.scheduler.sweep();
  expect(world.told(daily)).toEqual(["03-02T09:00 provisioning"]);
});
