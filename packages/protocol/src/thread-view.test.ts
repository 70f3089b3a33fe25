import { describe, expect, test } from "vitest";
import { Approval } from "./approval.ts";
import type { SequencedThreadEvent, ThreadEvent, ThreadView } from "./events.ts";
import {
  ApprovalId,
  ItemId,
  LandingId,
  newId,
  ProjectId,
  TaskId,
  ThreadId,
  TurnId,
} from "./ids.ts";
import { Item } from "./item.ts";
import { Landing } from "./landing.ts";
import { Thread } from "./thread-row.ts";
import { applyItemDelta, applyThreadEvent } from "./thread-view.ts";
import { Turn } from "./turn.ts";

const hash = "a".repeat(40);
const thread = Thread.parse({
  id: newId(ThreadId),
  projectId: newId(ProjectId),
  taskId: newId(TaskId),
  title: "Work",
  status: "provisioning",
  policy: "workspace",
  target: "main",
  branch: null,
  baseCommit: hash,
  worktree: null,
  portBase: 20_000,
  landedCommit: null,
  unlandedCommit: null,
  lastTurn: null,
  failure: null,
  createdAt: 1,
  updatedAt: 1,
});

function newTurn(): Turn {
  return Turn.parse({
    id: newId(TurnId),
    threadId: thread.id,
    state: "queued",
    mode: "implement",
    model: "local/scripted",
    effort: null,
    summary: null,
    commit: null,
    failure: null,
    retryAt: null,
    usage: {
      requests: 0,
      inputTokens: 0,
      cachedInputTokens: 0,
      outputTokens: 0,
      reasoningTokens: 0,
      estimated: false,
      costUsd: null,
    },
    createdAt: 1,
    startedAt: null,
    completedAt: null,
  });
}

type Message = Extract<Item, { type: "agentMessage" }>;

function newMessage(turn: Turn, text = ""): Message {
  return Item.parse({
    id: newId(ItemId),
    threadId: thread.id,
    turnId: turn.id,
    state: "running",
    createdAt: 1,
    completedAt: null,
    type: "agentMessage",
    text,
    textLength: text.length,
  }) as Message;
}

function newApproval(turn: Turn, item: Item): Approval {
  return Approval.parse({
    id: newId(ApprovalId),
    projectId: thread.projectId,
    threadId: thread.id,
    turnId: turn.id,
    itemId: item.id,
    kind: "effect",
    subject: { type: "command", cmd: "ls", cwd: "/work", tty: false },
    reason: "Each effect asks.",
    hash: "h",
    state: "pending",
    answer: null,
    answeredBy: null,
    createdAt: 1,
    deadlineAt: null,
    resolvedAt: null,
    offer: null,
  });
}

function newLanding(): Landing {
  return Landing.parse({
    id: newId(LandingId),
    threadId: thread.id,
    treeHash: hash,
    target: "main",
    squash: false,
    state: "queued",
    commit: null,
    checkCount: 0,
    checks: [],
    failure: null,
    createdAt: 1,
    completedAt: null,
  });
}

function fold(...events: readonly ThreadEvent[]): ThreadView {
  const all: SequencedThreadEvent[] = [
    { seq: 1, event: { type: "threadCreated", thread } },
    ...events.map((event, index) => ({ seq: index + 2, event })),
  ];
  const [first, ...rest] = all;
  if (first === undefined) throw new Error("there is always a first event");
  return rest.reduce(applyThreadEvent, applyThreadEvent(undefined, first));
}

const empty = { turns: [], items: [], approvals: [], landings: [], plan: null, comments: [] };

describe("folding a thread's events", () => {
  test("begins with the thread's creation, and with nothing else", () => {
    expect(fold()).toEqual({ seq: 1, thread, ...empty });
    const event = { type: "turnQueued", turn: newTurn() } as const;
    expect(() => applyThreadEvent(undefined, { seq: 2, event })).toThrow("threadCreated");
  });

  test("keeps the newest row of everything, in the order in which it first came", () => {
    const [first, second] = [newTurn(), newTurn()];
    const done: Turn = { ...first, state: "done" };
    const message = newMessage(first);
    const completed: Message = { ...message, state: "completed", text: "hi", textLength: 2 };
    const landing = newLanding();
    const landed: Landing = { ...landing, state: "landed" };
    const idle: Thread = { ...thread, status: "idle" };
    const view = fold(
      { type: "turnQueued", turn: first },
      { type: "turnQueued", turn: second },
      { type: "itemStarted", item: message },
      { type: "itemCompleted", item: completed },
      { type: "turnCompleted", turn: done },
      { type: "landingQueued", landing },
      { type: "landingCompleted", landing: landed },
      { type: "threadUpdated", thread: idle },
    );
    expect(view).toEqual({
      seq: 9,
      thread: idle,
      turns: [done, second],
      items: [completed],
      approvals: [],
      landings: [landed],
      plan: null,
      comments: [],
    });
  });

  test("takes undone turns away with their items and approvals, and nothing of the others", () => {
    const [kept, undone] = [newTurn(), newTurn()];
    const [keptItem, undoneItem] = [newMessage(kept), newMessage(undone)];
    const [keptApproval, undoneApproval] = [
      newApproval(kept, keptItem),
      newApproval(undone, undoneItem),
    ];
    const landing = newLanding();
    const view = fold(
      { type: "turnQueued", turn: kept },
      { type: "itemStarted", item: keptItem },
      { type: "approvalRequested", approval: keptApproval },
      { type: "turnQueued", turn: undone },
      { type: "itemStarted", item: undoneItem },
      { type: "approvalRequested", approval: undoneApproval },
      { type: "landingQueued", landing },
      { type: "turnsUndone", turnIds: [undone.id] },
    );
    expect(view).toMatchObject({
      turns: [kept],
      items: [keptItem],
      approvals: [keptApproval],
      landings: [landing],
    });
  });

  test("lets an event of a newer daemon change nothing but the seq", () => {
    const before = fold({ type: "turnQueued", turn: newTurn() });
    const event = { type: "threadAdmired" } as unknown as ThreadEvent;
    expect(applyThreadEvent(before, { seq: 3, event })).toEqual({ ...before, seq: 3 });
  });

  test("leaves the view that it was given as it was", () => {
    const turn = newTurn();
    const before = fold({ type: "turnQueued", turn });
    const copy = structuredClone(before);
    applyThreadEvent(before, { seq: 3, event: { type: "turnsUndone", turnIds: [turn.id] } });
    expect(before).toEqual(copy);
  });
});

describe("adding streamed text", () => {
  const turn = newTurn();
  const message = newMessage(turn, "Hello");
  const view = fold({ type: "turnQueued", turn }, { type: "itemStarted", item: message });
  const { id: itemId, threadId } = message;
  const textAfter = (offset: number, text: string): string | undefined => {
    const { items } = applyItemDelta(view, { threadId, itemId, part: "text", offset, text });
    return items.find((item): item is Message => item.id === itemId)?.text;
  };

  test("goes on where the text ends", () => {
    const delta = { threadId, itemId, part: "text", offset: 5, text: ", you" } as const;
    expect(applyItemDelta(view, delta).items).toEqual([
      { ...message, text: "Hello, you", textLength: 10 },
    ]);
  });

  test("replaces what a daemon lost in a crash and wrote anew", () => {
    expect(textAfter(2, "y")).toBe("Hey");
    expect(textAfter(0, "Hello")).toBe("Hello");
  });

  test("refuses a gap, since text would be missing", () => {
    expect(() => textAfter(6, "!")).toThrow(`item ${itemId} misses text from 5 to 6`);
  });

  test("counts in UTF-16 units", () => {
    expect(textAfter(5, "🧵")).toBe("Hello🧵");
    const delta = { threadId, itemId, part: "text", offset: 5, text: "🧵" } as const;
    const longer = applyItemDelta(view, delta);
    expect(applyItemDelta(longer, { ...delta, offset: 7, text: "!" }).items).toMatchObject([
      { text: "Hello🧵!", textLength: 8 },
    ]);
  });

  test("makes an item of which only the head is held longer, and its head stays as it is", () => {
    const head: Message = { ...message, textLength: 9 };
    const long = fold({ type: "turnQueued", turn }, { type: "itemStarted", item: head });
    const add = (offset: number, text: string) =>
      applyItemDelta(long, { threadId, itemId, part: "text", offset, text }).items;
    expect(add(9, ", you")).toEqual([{ ...head, textLength: 14 }]);
    expect(() => add(10, "!")).toThrow(`item ${itemId} misses text from 9 to 10`);
    expect(add(5, ", you all")).toMatchObject([{ text: "Hello, you all", textLength: 14 }]);
  });

  test("changes nothing where the item is not shown", () => {
    const elsewhere = {
      threadId,
      itemId: newId(ItemId),
      part: "text",
      offset: 0,
      text: "x",
    } as const;
    expect(applyItemDelta(view, elsewhere)).toBe(view);
  });
});
