import type { Automation, Budget } from "@heddle/protocol";
import type { Store } from "../../store/store.ts";
import { dayOf } from "../budgets.ts";

const minuteMs = 60_000;

export interface DayUse {
  /** What the automation may still use today, of what is limited. */
  readonly left: Budget;
  /** Why it may not begin today, if so. */
  readonly spent: string | undefined;
}

/** What the runs of an automation have used since the day began. */
export function dayUse(store: Store, automation: Automation, now: number): DayUse {
  const { tokens, minutes, cost } = automation.options.dayBudget;
  const limits = { tokens, minutes, cost };
  if (Object.values(limits).every((limit) => limit === undefined)) {
    return { left: {}, spent: undefined };
  }
  const used = { tokens: 0, minutes: 0, cost: 0 };
  for (const threadId of store.runs.threadsSince(automation.id, dayOf(now))) {
    for (const row of store.modelRequests.usage({ threadId })) {
      used.tokens += row.inputTokens + row.outputTokens;
      used.cost += row.costUsd;
    }
    used.minutes += store.work.workedMs({ threadId }) / minuteMs;
  }
  const units = ["tokens", "minutes", "cost"] as const;
  const rest = units.flatMap((unit) => {
    const limit = limits[unit];
    return limit === undefined ? [] : [[unit, limit - used[unit]] as const];
  });
  const over = rest.find(([, amount]) => amount <= 0);
  const spent = over && `its ${over[0]} of today are spent; raise its day budget to go on`;
  return { left: Object.fromEntries(rest), spent };
}
