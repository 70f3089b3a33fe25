import { expect, test } from "vitest";
import { compareWithCroner } from "./croner-oracle.test.support.ts";
import { nextAfter, nextSlots } from "./next-after.ts";

const slots = (cron: string, from: string, count: number, zone = "America/New_York"): string[] =>
  nextSlots(cron, Date.parse(from), zone, count).map((at) => new Date(at).toISOString());

test("5,000 random schedules over 10 zones come when croner says, or a walk by the minute", () => {
  const { equal, walked, different } = compareWithCroner(5000, 7);
  expect(different).toEqual([]);
  expect(equal).toBeGreaterThan(4980);
  expect(walked).toBeGreaterThan(20);
});

test("a time that the clocks skip comes as much later as they were put forward", () => {
  expect(slots("30 2 * * *", "2026-03-07T12:00:00Z", 2)).toEqual([
    "2026-03-08T07:30:00.000Z",
    "2026-03-09T06:30:00.000Z",
  ]);
});

test("each of several times that the clocks skip comes later, also for who asks between them", () => {
  const later = ["2026-03-08T07:00:00.000Z", "2026-03-08T07:30:00.000Z"];
  expect(slots("0,30 2 * * *", "2026-03-07T12:00:00Z", 2)).toEqual(later);
  expect(slots("0,30 2 * * *", "2026-03-08T07:10:00Z", 2)).toEqual([
    later[1],
    "2026-03-09T06:00:00.000Z",
  ]);
});

test("a time that the clocks show twice comes once", () => {
  expect(slots("30 1 * * *", "2026-10-31T12:00:00Z", 2)).toEqual([
    "2026-11-01T05:30:00.000Z",
    "2026-11-02T06:30:00.000Z",
  ]);
});

test("every hour comes also in the hour that is repeated", () => {
  expect(slots("30 * * * *", "2026-11-01T05:00:00Z", 4)).toEqual([
    "2026-11-01T05:30:00.000Z",
    "2026-11-01T06:30:00.000Z",
    "2026-11-01T07:30:00.000Z",
    "2026-11-01T08:30:00.000Z",
  ]);
  expect(slots("*/20 * * * *", "2026-11-01T06:10:00Z", 3)).toEqual([
    "2026-11-01T06:20:00.000Z",
    "2026-11-01T06:40:00.000Z",
    "2026-11-01T07:00:00.000Z",
  ]);
});

test("of a day of the month and a day of the week either is enough", () => {
  expect(slots("0 0 13 * 5", "2026-02-01T00:00:00Z", 4, "UTC")).toEqual([
    "2026-02-06T00:00:00.000Z",
    "2026-02-13T00:00:00.000Z",
    "2026-02-20T00:00:00.000Z",
    "2026-02-27T00:00:00.000Z",
  ]);
});

test("a day that a month does not have is left out, and the first of the next one is not", () => {
  expect(slots("0 0 1,31 * *", "2027-02-02T00:00:00Z", 3, "UTC")).toEqual([
    "2027-03-01T00:00:00.000Z",
    "2027-03-31T00:00:00.000Z",
    "2027-04-01T00:00:00.000Z",
  ]);
});

test("the 29th of February comes also after a year that has none for a century", () => {
  expect(slots("0 0 29 2 *", "2096-03-01T00:00:00Z", 1, "UTC")).toEqual([
    "2104-02-29T00:00:00.000Z",
  ]);
});

test.each(["0 0 31 2 *", "0 25 * * *", "* * * * * *", "@daily", "", "0 0 L * *"])(
  "%j is refused, with what was expected",
  (cron) => {
    expect(() => nextAfter(cron, 0, "UTC")).toThrow(/is no schedule: .*write minute, hour/);
  },
);

test("a zone that nobody knows is refused", () => {
  expect(() => nextAfter("0 9 * * *", 0, "Mars/Olympus")).toThrow(/no time zone Mars\/Olympus/);
});
