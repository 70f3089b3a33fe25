import type { Automation, Project, Run } from "@heddle/protocol";
import { expect, test } from "vitest";
import { daemonActor } from "../journal.ts";
import type { Commit } from "../mutations.ts";
import type { Projects } from "../projects.ts";
import { Automations } from "./automations.ts";
import { RecipeList } from "./recipes/list.ts";
import { dayMs, projectId, World } from "./world.test.support.ts";

/** Automations as people set them up, in a world whose clock is turned by hand. */
class Place {
  readonly world = new World("2026-03-02T08:30:00Z");
  readonly automations: Automations;

  constructor() {
    const { store, scheduler } = this.world;
    const project = { id: projectId, name: "app", path: "/nowhere" } as Project;
    const projects = { granted: async () => project } as unknown as Projects;
    const clock = () => this.world.now;
    const recipes = new RecipeList("/nowhere");
    const commits = { look: async () => {} };
    this.automations = new Automations({ store, clock, projects, recipes, scheduler, commits });
  }

  readonly commit: Commit = (change) => this.world.journal.write(daemonActor, change);

  async add(more: Partial<Parameters<Automations["add"]>[0]> = {}): Promise<Automation> {
    const trigger = { type: "schedule", cron: "0 9 * * *", zone: "UTC" } as const;
    const work = { type: "recipe", recipe: "tests" } as const;
    const options = { jitter: false };
    return await this.automations.add({ projectId, trigger, work, options, ...more }, this.commit);
  }

  backfill({ id: automationId }: Automation, days: number, max?: number): Run[] {
    const [from, to] = [this.world.now - days * dayMs, this.world.now + 100 * dayMs];
    const params = { automationId, from, to, ...(max !== undefined && { max }) };
    const { runIds } = this.commit((tx) => this.automations.backfill(tx, params));
    return runIds.flatMap((id) => this.world.store.runs.find(id) ?? []);
  }
}

test("slots of a pause are not made up for: a resumed automation goes on from now", async () => {
  const place = new Place();
  const daily = await place.add();
  const { id: automationId } = daily;
  place.commit((tx) => place.automations.pause(tx, { automationId, reason: "too loud" }));
  await place.world.sweepAt("2026-03-05T09:00:00Z");
  expect(place.world.told(daily)).toEqual([]);
  place.commit((tx) => place.automations.resume(tx, automationId));
  await place.world.sweepAt("2026-03-05T12:00:00Z");
  expect(place.world.told(daily)).toEqual([]);
  await place.world.sweepAt("2026-03-06T09:00:00Z");
  expect(place.world.told(daily)).toEqual(["03-06T09:00 provisioning"]);
});

test("one that paused by itself begins to count its failures anew when it is resumed", async () => {
  const place = new Place();
  const daily = await place.add({ options: { jitter: false, pauseAfterFailures: 2 } });
  const failure = { kind: "internal", message: "it broke", details: {} } as const;
  const failOn = async (day: string) => {
    await place.world.sweepAt(`2026-03-${day}T09:00:00Z`);
    place.world.end(place.world.hands.begun.at(-1), { type: "failed", failure });
    return place.world.current(daily).paused?.by;
  };
  expect([await failOn("02"), await failOn("03")]).toEqual([undefined, "failures"]);
  place.commit((tx) => place.automations.resume(tx, daily.id));
  expect([await failOn("04"), await failOn("05")]).toEqual([undefined, "failures"]);
});

test("a backfill runs for slots of the past once, oldest first, and for none of the future", async () => {
  const place = new Place();
  const daily = await place.add();
  const slots = (runs: Run[]) => runs.map(({ slotAt }) => new Date(slotAt ?? 0).toISOString());
  expect(slots(place.backfill(daily, 5, 2))).toEqual([
    "2026-02-25T09:00:00.000Z",
    "2026-02-26T09:00:00.000Z",
  ]);
  expect(place.backfill(daily, 5)).toHaveLength(3);
  expect(place.backfill(daily, 5)).toEqual([]);
});

test("a backfill leaves out what ran, and makes up for what was missed or skipped", async () => {
  const place = new Place();
  const daily = await place.add({ options: { jitter: false, overlap: "skip" } });
  await place.world.sweepAt("2026-03-02T09:00:00Z");
  await place.world.sweepAt("2026-03-03T09:00:00Z");
  place.world.end(place.world.hands.begun[0]);
  expect(place.world.told(daily)).toEqual(["03-02T09:00 clean", "03-03T09:00 skipped"]);
  const made = place.backfill(daily, 1.5);
  expect(made.map(({ slotAt }) => slotAt)).toEqual([Date.parse("2026-03-03T09:00:00Z")]);
});

test("what comes after an automation that is removed pauses and says so; its open run is cancelled", async () => {
  const place = new Place();
  const first = await place.add({ name: "first" });
  const trigger = { type: "after", automationId: first.id, on: "any" } as const;
  const then = await place.add({ name: "then", trigger });
  await place.world.sweepAt("2026-03-02T09:00:00Z");
  const [run] = place.world.hands.begun;
  place.commit((tx) => place.automations.remove(tx, first.id));
  expect(place.world.hands.stopped.map(({ id, state }) => [id, state])).toEqual([
    [run?.id, "cancelled"],
  ]);
  expect(place.world.current(then).paused?.reason).toBe(
    "it came after first, which was removed; give it another trigger",
  );
});

test("automations cannot follow one another in a circle", async () => {
  const place = new Place();
  const first = await place.add({ name: "first" });
  const after = (automationId: Automation["id"]) =>
    ({ type: "after", automationId, on: "any" }) as const;
  const then = await place.add({ name: "then", trigger: after(first.id) });
  const changes = { trigger: after(then.id) };
  await expect(
    place.automations.edit({ automationId: first.id, changes }, place.commit),
  ).rejects.toThrow(/follow one another for ever/);
});
