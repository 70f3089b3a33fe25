import { expect, test } from "vitest";
import {
  ApprovalId,
  GrantId,
  ItemId,
  idsFollow,
  LandingId,
  newId,
  ProjectId,
  TaskId,
  ThreadId,
  TurnId,
} from "./ids.ts";

const kinds = [ProjectId, GrantId, TaskId, ThreadId, TurnId, ItemId, ApprovalId, LandingId];

test("a new id is of its schema's kind, and of no other", () => {
  for (const kind of kinds) {
    const id = newId(kind);
    expect(kinds.filter((schema) => schema.safeParse(id).success)).toEqual([kind]);
  }
});

test("ids of one process sort by the time they were made, also within a millisecond", () => {
  const ids = Array.from({ length: 5000 }, () => newId(ItemId));
  expect(ids.toSorted()).toEqual(ids);
  expect(new Set(ids).size).toBe(ids.length);
});

test("ids sort behind those of an earlier process whose clock was ahead", () => {
  const ahead = "turn_7f000000-0000-7fff-bfff-ffffffffffff";
  idsFollow(ahead);
  const ids = [ahead, newId(TurnId), newId(TurnId)];
  expect(ids.toSorted()).toEqual(ids);
  idsFollow("turn_00000000-0000-7000-8000-000000000000");
  expect(newId(TurnId) > (ids.at(-1) ?? "")).toBe(true);
});

test.each([
  ["another prefix", "thr_01a2072b-8c82-76b2-ab21-07a445a459d4"],
  ["a UUID of another version", "turn_01a2072b-8c82-46b2-ab21-07a445a459d4"],
  ["capital letters", "turn_01A2072B-8C82-76B2-AB21-07A445A459D4"],
  ["something after the id", "turn_01a2072b-8c82-76b2-ab21-07a445a459d4\n"],
  ["nothing but the prefix", "turn_"],
])("an id with %s is refused", (_, id) => {
  expect(TurnId.safeParse(id).success).toBe(false);
});

test("a refused id says what was expected", () => {
  const message = ThreadId.safeParse("main").error?.issues[0]?.message;
  expect(message).toBe("expected a thread id such as thr_0190…");
});
