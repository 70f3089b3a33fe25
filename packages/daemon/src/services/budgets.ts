import {
  type Budget,
  type BudgetLevel,
  DaemonError,
  type ThreadId,
  type TurnId,
} from "@heddle/protocol";
import type { Clock } from "../os/clock.ts";
import type { Store } from "../store/store.ts";
import type { UsageScope } from "../store/usage-tables.ts";

/** What turns, threads and days may use, from the configuration. */
export interface BudgetSettings {
  readonly turn: Budget;
  readonly thread: Budget;
  readonly day: Budget;
}

export interface BudgetServices {
  readonly store: Store;
  readonly clock: Clock;
  readonly budgets: BudgetSettings;
}

/** One budget: what is limited, what it may use, and what counts for it. */
export interface Limited {
  readonly name: string;
  readonly budget: Budget;
  readonly scope: UsageScope;
  /** What to do once it is spent. */
  readonly advice: string;
}

export interface BudgetSubject {
  readonly turnId: TurnId;
  readonly threadId: ThreadId;
  readonly budget: Budget | null;
}

const minuteMs = 60_000;

/** All budgets that a turn stands under. Whoever else starts turns adds its own to the list. */
export function budgetsOf(
  { budgets, clock }: BudgetServices,
  { turnId, threadId, budget }: BudgetSubject,
): Limited[] {
  const since = dayOf(clock());
  const goOn = "send a message to go on";
  const raise = (table: string) => `raise [budgets.${table}] in the configuration to go on`;
  return [
    { name: "this turn", budget: { ...budgets.turn, ...budget }, scope: { turnId }, advice: goOn },
    { name: "this thread", budget: budgets.thread, scope: { threadId }, advice: raise("thread") },
    { name: "today", budget: budgets.day, scope: { since }, advice: raise("day") },
  ].filter(({ budget }) => Object.values(budget).some((limit) => limit !== undefined));
}

/** How far the budgets are used up; throws `budgetSpent` for the first that is. */
export function levelsOf(services: BudgetServices, limits: readonly Limited[]): BudgetLevel[] {
  return limits.flatMap((limited) => {
    const used = usedBy(services, limited.scope);
    return measures(limited.budget, used).map(({ unit, limit, spent, text }) => {
      const what = `the ${unit} of ${limited.name}`;
      if (spent >= limit) throw spentOf(what, { limit: text(limit), spent: text(spent) }, limited);
      return { what, left: text(limit - spent), leftShare: 1 - spent / limit };
    });
  });
}

/** The same for whoever only looks: a budget that is spent has nothing left. */
export function shownLevels(services: BudgetServices, limits: readonly Limited[]): BudgetLevel[] {
  return limits.flatMap(({ name, budget, scope }) =>
    measures(budget, usedBy(services, scope)).map(({ unit, limit, spent, text }) => {
      const left = Math.max(0, limit - spent);
      return { what: `the ${unit} of ${name}`, left: text(left), leftShare: left / limit };
    }),
  );
}

/** The budgets that hold for everything that is done today. */
export function dayLevels(services: BudgetServices): BudgetLevel[] {
  const { budgets, clock } = services;
  const scope = { since: dayOf(clock()) };
  return shownLevels(services, [{ name: "today", budget: budgets.day, scope, advice: "" }]);
}

/** For how long the budgets let a turn work on; undefined without a limit. */
export function msLeft({ store }: BudgetServices, limits: readonly Limited[]): number | undefined {
  const left = limits.flatMap(({ budget: { minutes }, scope }) =>
    minutes === undefined ? [] : [minutes * minuteMs - store.work.workedMs(scope)],
  );
  return left.length === 0 ? undefined : Math.max(0, Math.min(...left));
}

/** When the day began, where the daemon runs. */
export function dayOf(now: number): number {
  return new Date(now).setHours(0, 0, 0, 0);
}

interface Used {
  readonly tokens: number;
  readonly minutes: number;
  readonly cost: number;
}

/** Of models without a known price the tokens count, and no money. */
function usedBy({ store }: BudgetServices, scope: UsageScope): Used {
  const usage = store.modelRequests.usage(scope);
  return {
    tokens: usage.reduce((sum, row) => sum + row.inputTokens + row.outputTokens, 0),
    minutes: store.work.workedMs(scope) / minuteMs,
    cost: usage.reduce((sum, { costUsd }) => sum + costUsd, 0),
  };
}

function measures({ tokens, minutes, cost }: Budget, used: Used) {
  const all = [
    { unit: "tokens", limit: tokens, spent: used.tokens, text: tokenText },
    { unit: "time", limit: minutes, spent: used.minutes, text: minuteText },
    { unit: "money", limit: cost, spent: used.cost, text: costText },
  ] as const;
  return all.flatMap(({ limit, ...rest }) => (limit === undefined ? [] : [{ limit, ...rest }]));
}

function spentOf(
  what: string,
  { limit, spent }: { limit: string; spent: string },
  { advice }: Limited,
): DaemonError {
  const message = `a budget is spent: ${what} (${spent} of ${limit}); the work so far is kept and committed: ${advice}`;
  return new DaemonError("budgetSpent", message, { what });
}

const tokenText = (count: number): string => `${Math.round(count).toLocaleString("en")} tokens`;
const costText = (dollars: number): string => `$${dollars.toFixed(dollars < 1 ? 3 : 2)}`;

function minuteText(minutes: number): string {
  const seconds = Math.round(minutes * 60);
  return seconds < 120 ? `${seconds} seconds` : `${Math.round(seconds / 60)} minutes`;
}
