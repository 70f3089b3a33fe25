import type { Finding } from "@heddle/protocol";
import { expect, test } from "vitest";
import { daemonActor } from "../journal.ts";
import type { Threads } from "../threads.ts";
import type { Turns } from "../turns.ts";
import { Inbox } from "./inbox.ts";
import type { Found } from "./run-work.ts";
import { dayMs, hourMs, World } from "./world.test.support.ts";

/** An automation with its inbox; each run finds what a test says. */
class Place {
  readonly world = new World("2026-03-02T08:30:00Z");
  readonly inbox: Inbox;
  readonly #hourly = this.world.add("0 * * * *");

  constructor() {
    const { store, journal } = this.world;
    const nobody = { threads: {} as Threads, turns: {} as Turns };
    this.inbox = new Inbox({ store, journal, ...nobody });
  }

  async find(...found: Found[]): Promise<void> {
    await this.world.sweepAt(this.world.now + hourMs);
    const [run] = this.world.store.runs.openOf(this.#hourly.id);
    this.world.end(run, { type: "checked", summary: "looked", found });
  }

  /** What is listed without a filter, and the badge. */
  shown(): { titles: string[]; unread: number } {
    const { data, unread } = this.inbox.list({}, { limit: 50 });
    return { titles: data.map(({ title }) => title), unread };
  }

  change<T>(change: (inbox: Inbox, tx: Parameters<Inbox["done"]>[0]) => T): T {
    return this.world.journal.write(daemonActor, (tx) => change(this.inbox, tx));
  }

  all(): Pick<Finding, "title" | "state" | "inbox">[] {
    const rows = this.world.store.findings.where({});
    return rows.map(({ title, state, inbox }) => ({ title, state, inbox }));
  }
}

const hole = (title: string, severity: Found["severity"] = "low"): Found => ({
  fingerprint: `hole|${title}`,
  severity,
  title,
  detail: "",
});

test("what is snoozed is shown again at its moment, and not before", async () => {
  const place = new Place();
  await place.find(hole("one"));
  const until = place.world.now + dayMs;
  place.change((inbox, tx) => inbox.snooze(tx, { filter: { severity: ["low"] }, until }));
  expect(place.shown()).toEqual({ titles: [], unread: 0 });
  place.inbox.wake(until - 1);
  expect(place.shown()).toEqual({ titles: [], unread: 0 });
  place.inbox.wake(until);
  expect(place.shown()).toEqual({ titles: ["one"], unread: 1 });
});

test("what is accepted for a time is open again after it; without a time it never is", async () => {
  const place = new Place();
  await place.find(hole("one"), hole("two", "high"));
  const until = place.world.now + dayMs;
  const accept = (severity: Found["severity"], more: object) =>
    place.change((inbox, tx) =>
      inbox.accept(tx, { filter: { severity: [severity] }, reason: "known", ...more }),
    );
  accept("low", { until });
  accept("high", {});
  await place.find(hole("one"), hole("two", "high"));
  expect(place.shown()).toEqual({ titles: [], unread: 0 });
  place.inbox.wake(until + 100 * dayMs);
  expect(place.all()).toEqual([
    { title: "one", state: "reopened", inbox: "unread" },
    { title: "two", state: "accepted", inbox: "done" },
  ]);
});

test("what is done stays out while it is the same, and comes back worse or after it was fixed", async () => {
  const place = new Place();
  await place.find(hole("one"));
  const done = () =>
    place.change((inbox, tx) => inbox.done(tx, { filter: { severity: ["low", "high"] } }));
  done();
  await place.find(hole("one"));
  expect(place.shown().titles).toEqual([]);
  await place.find(hole("one", "high"));
  expect(place.shown()).toEqual({ titles: ["one"], unread: 1 });
  done();
  await place.find();
  await place.find(hole("one", "high"));
  expect(place.all()).toEqual([{ title: "one", state: "reopened", inbox: "unread" }]);
});

test("an action on everything at once is refused, as is a snooze until the past", async () => {
  const place = new Place();
  await place.find(hole("one"));
  expect(() => place.change((inbox, tx) => inbox.done(tx, { filter: {} }))).toThrow(
    "nothing is changed for all of them at once",
  );
  const past = { filter: { severity: ["low" as const] }, until: place.world.now };
  expect(() => place.change((inbox, tx) => inbox.snooze(tx, past))).toThrow(/a later moment/);
  expect(place.shown().unread).toBe(1);
});
