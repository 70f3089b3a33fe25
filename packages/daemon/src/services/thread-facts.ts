import type { ThreadFacts, ThreadId } from "@heddle/protocol";
import { estimateTokens, usualBytesPerToken } from "../agent/context/tokens.ts";
import { isReadOnly } from "../agent/phases/phase.ts";
import { type BudgetServices, budgetsOf, shownLevels } from "./budgets.ts";
import type { Grants } from "./grants.ts";
import { serversOf } from "./mcp/pins.ts";
import type { Models } from "./models.ts";
import { newestPlan } from "./phases/plans.ts";
import type { Policies } from "./policy/policies.ts";
import { rows } from "./rows.ts";

export interface ThreadFactsServices extends BudgetServices {
  readonly models: Models;
  readonly grants: Grants;
  readonly policies: Policies;
  /** What a model is taken to hold of which nobody knows. */
  readonly contextTokens: number;
}

/** What a thread stands in now. */
export function threadFacts(services: ThreadFactsServices, threadId: ThreadId): ThreadFacts {
  const { store, models, grants, policies, contextTokens } = services;
  const thread = rows.thread(store, threadId);
  const last = store.turns.newest(threadId);
  const model = last?.model ?? models.mainModel;
  const bytesPerToken = store.modelRequests.bytesPerToken(threadId) ?? usualBytesPerToken;
  const limits = last
    ? budgetsOf(services, { turnId: last.id, threadId, budget: last.budget })
    : [];
  const readOnly = thread.policy === "readOnly" || (last !== undefined && isReadOnly(last.mode));
  return {
    thread,
    project: rows.project(store, thread.projectId).name,
    model,
    context: {
      tokens: Math.round(estimateTokens(store.history.bytes(threadId), bytesPerToken)),
      limit: models.contextLength(model) ?? contextTokens,
    },
    usage: store.turns.usageOf(threadId, thread.createdAt),
    budgets: shownLevels(services, limits),
    policy: thread.policy,
    rules: policies.words(policies.subjectOf(thread)),
    mcp: serversOf(store, thread.projectId)
      .filter(({ tools }) => tools.length > 0)
      .map(({ name }) => name),
    plan: newestPlan(store, threadId) ?? null,
    box: {
      access: readOnly || thread.planMode ? "ro" : "rw",
      hosts: grants.hosts(thread),
      paths: grants.paths(thread),
    },
  };
}
