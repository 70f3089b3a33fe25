import {
  type ContextUse,
  type DaemonStatus,
  type Thread,
  type ThreadFacts,
  type ThreadId,
  ThreadStatus,
} from "@heddle/protocol";
import { estimateTokens, usualBytesPerToken } from "../agent/context/tokens.ts";
import { isReadOnly } from "../agent/phases/phase.ts";
import type { Store } from "../store/store.ts";
import { type BudgetServices, budgetsOf, shownLevels } from "./budgets.ts";
import type { Grants } from "./grants.ts";
import { serversOf } from "./mcp/pins.ts";
import type { Models } from "./models.ts";
import { newestPlan } from "./phases/plans.ts";
import type { Policies } from "./policy/policies.ts";
import { rows } from "./rows.ts";

interface ContextServices {
  readonly store: Store;
  readonly models: Models;
  /** What a model is taken to hold of which nobody knows. */
  readonly contextTokens: number;
}

export interface ThreadFactsServices extends BudgetServices, ContextServices {
  readonly grants: Grants;
  readonly policies: Policies;
}

/** What a thread stands in now. */
export function threadFacts(services: ThreadFactsServices, threadId: ThreadId): ThreadFacts {
  const { store, grants, policies } = services;
  const thread = rows.thread(store, threadId);
  const last = store.turns.newest(threadId);
  const limits = last
    ? budgetsOf(services, { turnId: last.id, threadId, budget: last.budget })
    : [];
  const readOnly = thread.policy === "readOnly" || (last !== undefined && isReadOnly(last.mode));
  return {
    thread,
    project: rows.project(store, thread.projectId).name,
    model: modelOf(services, threadId),
    context: contextOf(services, threadId),
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

const live = ThreadStatus.options.filter((status) => status !== "archived");
const shownAtMost = 3;

/** How full the contexts of the threads are that changed last. */
export function lastContexts(services: ContextServices): DaemonStatus["contexts"] {
  const threads: Thread[] = services.store.threads.where({ status: live });
  return threads
    .sort((a, b) => b.updatedAt - a.updatedAt)
    .slice(0, shownAtMost)
    .map(({ id, title }) => ({ threadId: id, title, ...contextOf(services, id) }));
}

function contextOf(services: ContextServices, threadId: ThreadId): ContextUse {
  const { store, models, contextTokens } = services;
  const bytesPerToken = store.modelRequests.bytesPerToken(threadId) ?? usualBytesPerToken;
  return {
    tokens: Math.round(estimateTokens(store.history.bytes(threadId), bytesPerToken)),
    limit: models.contextLength(modelOf(services, threadId)) ?? contextTokens,
  };
}

function modelOf({ store, models }: ContextServices, threadId: ThreadId): string {
  return store.turns.newest(threadId)?.model ?? models.mainModel;
}
