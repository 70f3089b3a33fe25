import { type Automation, newId, ThreadId } from "@heddle/protocol";
import { expect, test } from "vitest";
import { daemonActor } from "../journal.ts";
import type { Found, RunOutcome } from "./run-work.ts";
import { World } from "./world.test.support.ts";

const hole = (title: string, severity: Found["severity"], remedy?: string): Found => ({
  fingerprint: `hole|${title}`,
  severity,
  title,
  detail: "",
  ...(remedy !== undefined && { remedy }),
});
const small = hole("small", "low", "mend it");
const wide = hole("wide", "critical", "mend it");
const deep = hole("deep", "high", "mend it");

class Place {
  readonly world = new World("2026-03-02T08:30:00Z");
  readonly hourly: Automation;
  #hour = 8;

  constructor(fixes: number) {
    this.hourly = this.world.add("0 * * * *", { fixes });
  }

  async find(...found: Found[]): Promise<void> {
    this.#hour += 1;
    await this.world.sweepAt(`2026-03-02T${String(this.#hour).padStart(2, "0")}:00:00Z`);
    const run = this.world.hands.begun.findLast(({ trigger }) => trigger === "schedule");
    this.world.end(run, { type: "checked", summary: "looked", found });
  }

  /** What is being fixed, or was, by title. */
  fixes(): string[] {
    const { store } = this.world;
    return this.world.hands.begun
      .filter(({ trigger }) => trigger === "fix")
      .map(({ findingId, slot }) => store.findings.find(findingId ?? "")?.title ?? slot);
  }

  /** Gives the finding of the last fix a thread, as the work of one begins. */
  beginLast(): void {
    const { store, journal, hands } = this.world;
    const run = hands.begun.findLast(({ trigger }) => trigger === "fix");
    const finding = store.findings.find(run?.findingId ?? "");
    if (finding === undefined) throw new Error("nothing is being fixed");
    const threadId = newId(ThreadId);
    journal.write(daemonActor, (tx) =>
      tx.announce({ type: "findingChanged", finding: { ...finding, threadId } }),
    );
  }

  endFix(outcome: RunOutcome): void {
    this.world.end(
      this.world.hands.begun.findLast(({ trigger }) => trigger === "fix"),
      outcome,
    );
  }

  open(): string[] {
    const { data } = this.world.store.findings.page({}, { limit: 50 }, "oldest");
    return data.filter(({ state }) => state !== "fixed").map(({ title }) => title);
  }
}

test("nothing is fixed by itself where that was not asked for", async () => {
  const place = new Place(0);
  await place.find(wide);
  expect(place.fixes()).toEqual([]);
});

test("the worst findings are fixed first, so many of each run, and each once", async () => {
  const place = new Place(2);
  await place.find(small, wide, deep);
  expect(place.fixes()).toEqual(["wide", "deep"]);
  await place.find(small, wide, deep);
  expect(place.fixes()).toEqual(["wide", "deep", "small"]);
  await place.find(small, wide, deep);
  expect(place.fixes()).toHaveLength(3);
});

test("a fix that came to no thread is tried again after the next run, and one that did is not", async () => {
  const place = new Place(1);
  await place.find(wide);
  place.endFix({ type: "cancelled", reason: "the day's budget was spent" });
  await place.find(wide);
  expect(place.fixes()).toEqual(["wide", "wide"]);
  place.beginLast();
  place.endFix({ type: "cancelled", reason: "interrupted" });
  await place.find(wide);
  expect(place.fixes()).toEqual(["wide", "wide"]);
});

test("while its automation is paused nothing is fixed", async () => {
  const place = new Place(1);
  const { world, hourly } = place;
  await world.sweepAt("2026-03-02T09:00:00Z");
  const paused = { reason: "enough", at: world.now, by: "user" } as const;
  world.journal.write(daemonActor, (tx) =>
    tx.announce({ type: "automationChanged", automation: { ...world.current(hourly), paused } }),
  );
  world.end(world.hands.begun.at(-1), { type: "checked", summary: "looked", found: [wide] });
  expect(place.fixes()).toEqual([]);
});

test("fixes leave a place free for those that look, which go first", async () => {
  const place = new Place(10);
  const other = place.world.add("30 * * * *");
  const many = ["a", "b", "c", "d", "e"].map((name) => hole(name, "low", "mend it"));
  await place.find(...many);
  expect(place.fixes()).toHaveLength(3);
  await place.world.sweepAt("2026-03-02T09:30:00Z");
  expect(place.world.runs(other)).toMatchObject([{ state: "provisioning" }]);
});

test("what says no remedy, and what somebody has put aside, is left alone", async () => {
  const place = new Place(1);
  const { store, journal } = place.world;
  await place.find(hole("odd", "critical"));
  await place.find(hole("odd", "critical"), small);
  expect(place.fixes()).toEqual(["small"]);
  await place.find(hole("odd", "critical"), small);
  const [, known] = store.findings.where({});
  if (known === undefined) throw new Error("there are two findings");
  journal.write(daemonActor, (tx) =>
    tx.announce({ type: "findingChanged", finding: { ...known, inbox: "done" } }),
  );
  await place.find(small);
  expect(place.fixes()).toEqual(["small"]);
});

test("a fix keeps no run of its automation from beginning", async () => {
  const place = new Place(1);
  await place.find(wide);
  await place.find(wide, deep);
  expect(place.world.runs(place.hourly).map(({ trigger, state }) => `${trigger} ${state}`)).toEqual(
    ["schedule findings", "fix provisioning", "schedule findings", "fix provisioning"],
  );
});

test("a fix that fails is told, and neither counts against its automation nor hides what that cannot do", async () => {
  const place = new Place(1);
  await place.find(wide);
  const failure = { kind: "internal", message: "no", details: {} } as const;
  place.endFix({ type: "failed", failure });
  expect(place.open()).toEqual(["wide", "nightly: a fix failed"]);
  expect(place.world.current(place.hourly)).toMatchObject({ failures: 0, lastState: "findings" });
  await place.find(wide, deep);
  await place.world.sweepAt("2026-03-02T11:00:00Z");
  const looking = place.world.hands.begun.at(-1);
  place.world.end(looking, { type: "couldNotCheck", reason: "no registry", advice: "grant it" });
  place.endFix({ type: "checked", summary: "mended", found: [], covers: [] });
  expect(place.open()).toContain("nightly: could not check");
});
