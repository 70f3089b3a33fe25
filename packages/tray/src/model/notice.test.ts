import { describe, expect, test } from "vitest";
import { approval, finding, thread } from "./fixture.test.support.ts";
import { batch, type Notice, noticeOf } from "./notice.ts";
import { quietFor } from "./quiet.ts";
import { byId, emptyState } from "./state.ts";

const known = (...threads: ReturnType<typeof thread>[]) => ({
  ...emptyState,
  threads: byId(threads),
});
const changed = (now: ReturnType<typeof thread>) =>
  ({ type: "threadChanged", thread: now }) as const;

describe("of a thread one hears", () => {
  const running = thread(1);
  test.each([
    [{ status: "idle", lastTurn: "done" }, "Done: Thread 1"],
    [{ status: "idle", lastTurn: "doneUnverified" }, "Failed: Thread 1"],
    [{ status: "failed" }, "Failed: Thread 1"],
    [{ status: "waitingForUser" }, "Waits for you: Thread 1"],
    [{ status: "idle", lastTurn: "interrupted" }, undefined],
    [{ status: "running", title: "Other" }, undefined],
    [{ status: "landing" }, undefined],
  ] as const)("%j: %s", (now, title) => {
    expect(noticeOf(known(running), changed(thread(1, now)))?.title).toBe(title);
  });

  test("nothing twice, and nothing of one that was never seen at work", () => {
    const done = thread(1, { status: "idle", lastTurn: "done" });
    expect(noticeOf(known(done), changed(done))).toBeUndefined();
    expect(noticeOf(known(), changed(done))).toBeUndefined();
    const failed = thread(1, { status: "failed" });
    expect(noticeOf(known(failed), changed({ ...failed, title: "Other" }))).toBeUndefined();
    expect(noticeOf(known(thread(1, { status: "landing" })), changed(done))).toBeUndefined();
  });
});

test("an approval comes with what it asks for and its answers", () => {
  const event = { type: "approvalRequested", approval: approval(1) } as const;
  const of = { approvalId: event.approval.id, hash: "h" };
  expect(noticeOf(known(thread(1)), event)).toEqual({
    key: event.approval.id,
    urgent: true,
    title: "Needs you: Thread 1",
    body: "run: npm test (in /w)\nask before each effect",
    choices: [
      { name: "Approve", action: { type: "approve", ...of } },
      { name: "Deny", action: { type: "deny", ...of } },
      { name: "Open", action: { type: "open", threadId: event.approval.threadId } },
    ],
  });
});

test("a finding is told when it is new or back, and not when it is seen again or read", () => {
  const title = (more: Parameters<typeof finding>[1], before = emptyState) =>
    noticeOf(before, { type: "findingChanged", finding: finding(1, more) })?.title;
  expect(title({})).toBe("high finding");
  expect(title({ state: "reopened" })).toBe("high finding");
  expect(title({ state: "open" })).toBeUndefined();
  expect(title({ inbox: "read" })).toBeUndefined();
  expect(title({}, { ...emptyState, findings: byId([finding(1)]) })).toBeUndefined();
});

test("more than three at once become one, of each key the last", () => {
  const notice = (key: string, urgent = false): Notice => ({
    key,
    urgent,
    title: key,
    body: "",
    choices: [],
  });
  const three = ["a", "b", "c"].map((key) => notice(key));
  expect(batch([...three, notice("a", true)])).toEqual([
    notice("a", true),
    notice("b"),
    notice("c"),
  ]);
  expect(batch([...three, notice("d", true)])).toEqual([
    {
      key: "summary",
      urgent: true,
      title: "Heddle: 4 things happened",
      body: "a\nb\nc",
      choices: [],
    },
  ]);
});

test.each([
  ["22:00-07:00", "21:59", 0],
  ["22:00-07:00", "22:00", 9 * 60],
  ["22:00-07:00", "06:30", 30],
  ["22:00-07:00", "07:00", 0],
  ["12:00-13:00", "12:45", 15],
  ["12:00-12:00", "12:00", 0],
  [undefined, "12:00", 0],
])("in %s at %s it is quiet for %d more minutes", (hours, at, minutes) => {
  expect(quietFor(hours, new Date(`2026-03-01T${at}:00`))).toBe(minutes * 60_000);
});
