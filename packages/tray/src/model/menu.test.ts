import { describe, expect, test } from "vitest";
import { approval, automation, finding, thread } from "./fixture.test.support.ts";
import { groupsOf, iconOf, summaryOf } from "./groups.ts";
import { type MenuEntry, menuOf } from "./menu.ts";
import { applyDaemonEvent, byId, emptyState, type TrayState } from "./state.ts";

const state = (more: Partial<TrayState>): TrayState => ({
  ...emptyState,
  connected: true,
  ...more,
});

/** The menu as a person sees it, by indentation. */
function text(entries: readonly MenuEntry[], indent = ""): string[] {
  return entries.flatMap((entry) => {
    if (entry.type === "separator") return [`${indent}--`];
    const line = `${indent}${entry.type === "item" ? "> " : ""}${entry.text}`;
    return entry.type === "submenu" ? [line, ...text(entry.entries, `${indent}  `)] : [line];
  });
}

test("the whole menu: what needs you first, then what fails, runs, can be landed, and recurs", () => {
  const threads = [
    thread(1, { status: "waitingForApproval" }),
    thread(2),
    thread(3, { status: "idle", lastTurn: "done", unlandedCommit: "b".repeat(40) }),
    thread(4, { status: "idle", lastTurn: "doneUnverified", unlandedCommit: "c".repeat(40) }),
    thread(5, { status: "waitingForUser" }),
  ];
  const automations = [
    automation(1, { lastState: "clean" }),
    automation(2, { paused: { reason: "five failures", at: 1, by: "failures" } }),
  ];
  const shown = menuOf(
    state({
      threads: byId(threads),
      approvals: byId([approval(1)]),
      automations: byId(automations),
      findings: byId([finding(1), finding(2)]),
    }),
  );
  expect(text(shown)).toEqual([
    "2 need you, 1 failed, 1 running, 1 ready to land",
    "--",
    "Needs you",
    "Thread 1",
    "  run: npm test (in /w)",
    "  ask before each effect",
    "  > Approve",
    "  > Deny",
    "  > Open",
    "> Thread 5",
    "--",
    "Failed",
    "> Thread 4",
    "--",
    "Running",
    "> Thread 2",
    "--",
    "Ready to land",
    "> Thread 3",
    "--",
    "Automations",
    "  Automation 1",
    "    last: clean",
    "    > Run now",
    "    > Pause",
    "  Automation 2",
    "    paused: five failures",
    "    > Run now",
    "    > Resume",
    "> Pause all",
    "--",
    "> Inbox: 2 new findings",
    "--",
    "> Quit",
  ]);
});

test("without a daemon there is nothing to choose but to quit", () => {
  const shown = menuOf({ ...state({ threads: byId([thread(1)]) }), connected: false });
  expect(text(shown)).toEqual(["no daemon is running", "--", "> Quit"]);
});

test("a long group is cut, and says by how much", () => {
  const many = Array.from({ length: 13 }, (_, at) => thread(at + 1));
  const shown = text(menuOf(state({ threads: byId(many) })));
  expect(shown.filter((line) => line.startsWith("> Thread"))).toHaveLength(10);
  expect(shown).toContain("and 3 more");
});

test("consent is offered only to what is shown whole", () => {
  const of = (subject: Parameters<typeof approval>[1]) =>
    text(menuOf(state({ approvals: byId([approval(1, subject)]) }))).filter((line) =>
      line.startsWith("  > "),
    );
  const cmd = (text: string) =>
    ({ subject: { type: "command", cmd: text, cwd: "/", tty: false } }) as const;
  expect(of(cmd("x".repeat(228)))).toEqual(["  > Approve", "  > Deny", "  > Open"]);
  for (const hidden of ["x".repeat(229), "ls\nrm -r .", "ls \u202e", " ls", "ls \u3164"]) {
    expect(of(cmd(hidden))).toEqual(["  > Deny", "  > Open"]);
  }
  expect(of({ subject: { type: "patch", patch: "p", changes: [] } })).toEqual([
    "  > Deny",
    "  > Open",
  ]);
  const typed = {
    type: "input",
    itemId: approval(1).itemId,
    cmd: "npm publish",
    cwd: "/w",
  } as const;
  const input = approval(1, { subject: { ...typed, chars: "y\n" } });
  expect(text(menuOf(state({ approvals: byId([input]) })))).toContain(
    '  type "y\\n" into: npm publish (in /w)',
  );
  const subject = { type: "question" as const, question: "which?", options: [] };
  expect(of({ kind: "question", subject })).toEqual(["  > Open"]);
});

describe("the icon", () => {
  const icon = (more: Partial<TrayState>, seenAt = 0) => iconOf(groupsOf(state(more)), seenAt);
  const failed = thread(9, { status: "failed" });

  test("says what matters most", () => {
    expect(icon({ threads: byId([thread(1, { status: "idle" })]) })).toBe("idle");
    expect(icon({ threads: byId([thread(1)]) })).toBe("working");
    expect(icon({ threads: byId([thread(1), failed]) })).toBe("failed");
    expect(icon({ threads: byId([failed]), approvals: byId([approval(1)]) })).toBe("needsYou");
  });

  test("no longer says what has failed once somebody has looked", () => {
    expect(icon({ threads: byId([failed]) }, 9)).toBe("idle");
    expect(icon({ threads: byId([failed]) }, 8)).toBe("failed");
  });
});

test("events are folded: an archived thread, an answered approval and a read finding are gone", () => {
  const events = [
    { type: "threadChanged", thread: thread(1) },
    { type: "approvalRequested", approval: approval(1) },
    { type: "findingChanged", finding: finding(1) },
    { type: "automationChanged", automation: automation(1) },
  ] as const;
  const full = events.reduce(applyDaemonEvent, state({}));
  expect(
    [full.threads, full.approvals, full.findings, full.automations].map(({ size }) => size),
  ).toEqual([1, 1, 1, 1]);
  const later = [
    { type: "threadChanged", thread: thread(1, { status: "archived" }) },
    { type: "approvalResolved", approval: approval(1, { state: "accepted" }) },
    { type: "findingChanged", finding: finding(1, { inbox: "read" }) },
    { type: "automationRemoved", automationId: automation(1).id },
  ] as const;
  expect(later.reduce(applyDaemonEvent, full)).toEqual(state({}));
  expect(summaryOf(state({}), groupsOf(state({})))).toBe("nothing to do (0 threads)");
});
