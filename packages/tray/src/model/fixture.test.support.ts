import { Approval, Automation, automationDefaults, Finding, Thread } from "@heddle/protocol";

const id = (prefix: string, at: number) =>
  `${prefix}_0190a0b0-0000-7000-8000-${String(at).padStart(12, "0")}`;

export function thread(at: number, more: Partial<Thread> = {}): Thread {
  return Thread.parse({
    id: id("thr", at),
    projectId: id("prj", 1),
    taskId: id("tsk", 1),
    title: `Thread ${at}`,
    status: "running",
    policy: "ask",
    target: "main",
    branch: null,
    baseCommit: "a".repeat(40),
    worktree: null,
    portBase: 1,
    landedCommit: null,
    unlandedCommit: null,
    lastTurn: null,
    failure: null,
    createdAt: at,
    updatedAt: at,
    ...more,
  });
}

export function approval(at: number, more: Partial<Approval> = {}): Approval {
  return Approval.parse({
    id: id("apr", at),
    projectId: id("prj", 1),
    threadId: id("thr", at),
    turnId: id("turn", 1),
    itemId: id("item", 1),
    kind: "effect",
    subject: { type: "command", cmd: "npm test", cwd: "/w", tty: false },
    reason: "ask before each effect",
    hash: "h",
    state: "pending",
    answer: null,
    answeredBy: null,
    createdAt: at,
    deadlineAt: null,
    resolvedAt: null,
    ...more,
  });
}

export function automation(at: number, more: Partial<Automation> = {}): Automation {
  return Automation.parse({
    id: id("aut", at),
    projectId: id("prj", 1),
    name: `Automation ${at}`,
    trigger: { type: "manual" },
    work: { type: "prompt", prompt: "look" },
    options: automationDefaults,
    paused: null,
    nextSlotAt: null,
    nextRunAt: null,
    failures: 0,
    lastState: null,
    createdAt: at,
    updatedAt: at,
    ...more,
  });
}

export function finding(at: number, more: Partial<Finding> = {}): Finding {
  return Finding.parse({
    id: id("fnd", at),
    automationId: id("aut", 1),
    projectId: id("prj", 1),
    kind: "finding",
    fingerprint: String(at),
    state: "new",
    inbox: "unread",
    severity: "high",
    title: `Finding ${at}`,
    detail: "",
    path: null,
    line: null,
    remedy: null,
    firstRunId: id("run", 1),
    lastRunId: id("run", 1),
    firstSeenAt: at,
    lastSeenAt: at,
    fixedAt: null,
    snoozedUntil: null,
    accepted: null,
    threadId: null,
    ...more,
  });
}
