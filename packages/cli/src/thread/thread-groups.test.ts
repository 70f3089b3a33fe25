import { expect, test } from "vitest";
import { threadOf } from "../attach/fixture.test.support.ts";
import { byGroup, groupOf, likeliest } from "./thread-groups.ts";

const commit = "1".repeat(40) as never;

test.each([
  [{ status: "waitingForApproval" }, "needs you"],
  [{ status: "waitingForUser" }, "needs you"],
  [{ status: "failed" }, "needs you"],
  [{ lastTurn: "doneUnverified" }, "needs you"],
  [{ status: "running" }, "working"],
  [{ status: "provisioning" }, "working"],
  [{ status: "queued" }, "working"],
  [{ lastTurn: "done", unlandedCommit: commit }, "ready to land"],
  [{ lastTurn: "done", landedCommit: commit }, "idle"],
  [{}, "idle"],
] as const)("a thread with %j is in the group %j", (fields, group) => {
  expect(groupOf(threadOf(fields))).toBe(group);
});

test("what needs somebody is first, and in a group what changed last", () => {
  const [idle, older, newer] = [
    threadOf({ title: "idle", updatedAt: 9 }),
    threadOf({ title: "older", status: "running", updatedAt: 1 }),
    threadOf({ title: "newer", status: "running", updatedAt: 2 }),
  ];
  expect(byGroup([idle, older, newer]).map(({ title }) => title)).toEqual([
    "newer",
    "older",
    "idle",
  ]);
});

test("who names no thread means the one that waits, else the newest", () => {
  const waits = threadOf({ title: "waits", status: "waitingForUser", createdAt: 1 });
  const newest = threadOf({ title: "newest", createdAt: 3 });
  expect(likeliest([threadOf({ createdAt: 2 }), waits, newest])).toBe(waits);
  expect(likeliest([threadOf({ createdAt: 2 }), newest])).toBe(newest);
  expect(likeliest([])).toBeUndefined();
});
