import type { ThreadId, Turn, TurnId } from "@heddle/protocol";
import { afterEach, expect, test, vi } from "vitest";
import { openDatabase } from "../store/database.ts";
import { Store } from "../store/store.ts";
import { type BudgetServices, type BudgetSettings, budgetsOf, levelsOf } from "./budgets.ts";
import { TurnClock } from "./turn-clock.ts";

const threadId = "thr_1" as ThreadId;
const turnId = "turn_1" as TurnId;
const noon = new Date(2026, 10, 25, 12).getTime();
const dayMs = 24 * 3_600_000;
let now = noon;
afterEach(() => {
  now = noon;
  vi.useRealTimers();
});

function services(budgets: Partial<BudgetSettings> = {}): BudgetServices {
  return {
    store: new Store(openDatabase(":memory:")),
    clock: () => now,
    budgets: { turn: {}, thread: {}, day: {}, ...budgets },
  };
}

function use({ store }: BudgetServices, fields: Record<string, unknown> = {}): void {
  const tokens = { inputTokens: 1000, cachedInputTokens: 0, outputTokens: 100, reasoningTokens: 0 };
  const row = { turnId, threadId, model: "a/priced", at: now, wallMs: 1, outcome: "completed" };
  const cost = { estimated: false, costUsd: 1 };
  store.modelRequests.add({ ...row, sentBytes: 4000, ...tokens, ...cost, ...fields });
}

const subject = { turnId, threadId, budget: null };
const levels = (given: BudgetServices) => levelsOf(given, budgetsOf(given, subject));

test("nothing is limited where no budget is set", () => {
  const given = services();
  use(given);
  expect(levels(given)).toEqual([]);
});

test("turn, thread and day are counted by themselves, each as far as it goes", () => {
  const given = services({ turn: { tokens: 2200 }, thread: { tokens: 4400 }, day: { cost: 4 } });
  use(given);
  use(given, { turnId: "turn_0", at: noon - dayMs });
  use(given, { turnId: "turn_9", threadId: "thr_9" });
  expect(levels(given)).toEqual([
    { what: "the tokens of this turn", left: "1,100 tokens", leftShare: 0.5 },
    { what: "the tokens of this thread", left: "2,200 tokens", leftShare: 0.5 },
    { what: "the money of today", left: "$2.00", leftShare: 0.5 },
  ]);
});

test("a budget that is spent says which, how much and what to do", () => {
  const given = services({ day: { cost: 1 } });
  use(given);
  expect(() => levels(given)).toThrow(
    "a budget is spent: the money of today ($1.00 of $1.00); the work so far is kept and committed: raise [budgets.day] in the configuration to go on",
  );
});

test("a model without a known price counts tokens only", () => {
  const given = services({ turn: { tokens: 2200, cost: 1 } });
  use(given, { model: "a/free", costUsd: null });
  expect(levels(given).map(({ leftShare }) => leftShare)).toEqual([0.5, 1]);
});

test("input that nobody counted is taken for a token every four bytes", () => {
  const given = services({ turn: { tokens: 2000 } });
  use(given, { inputTokens: null, outputTokens: null });
  expect(levels(given)).toMatchObject([{ leftShare: 0.5 }]);
});

test("a turn's own budget goes before the configured one, measure by measure", () => {
  const given = services({ turn: { tokens: 10, minutes: 5 } });
  const [{ budget } = { budget: {} }] = budgetsOf(given, { ...subject, budget: { tokens: 99 } });
  expect(budget).toEqual({ tokens: 99, minutes: 5 });
});

test("work is counted, waiting for somebody is not, and the end of the time stops the turn", () => {
  vi.useFakeTimers();
  const given = services({ turn: { minutes: 10 } });
  const pass = (minutes: number) => {
    now += minutes * 60_000;
    vi.advanceTimersByTime(minutes * 60_000);
  };
  const turn = { id: turnId, threadId, budget: null } as Turn;
  using clock = new TurnClock(given, { turn, thread: { id: threadId } } as never);
  pass(4);
  clock.enter("waitingForApproval");
  pass(600);
  clock.enter("dispatching");
  pass(5);
  expect(clock.signal.aborted).toBe(false);
  clock.enter("sampling");
  expect(levels(given)).toMatchObject([{ left: "60 seconds" }]);
  pass(1);
  expect(clock.signal.reason).toMatchObject({
    kind: "budgetSpent",
    message: expect.stringContaining("the time of this turn (10 minutes of 10 minutes)"),
  });
});
