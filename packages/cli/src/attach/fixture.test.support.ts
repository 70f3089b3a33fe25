import type { Thread, ThreadFacts, ThreadView } from "@heddle/protocol";
import { threadId } from "../thread/fixture.test.support.ts";

export function threadOf(fields: Partial<Thread> = {}): Thread {
  return {
    id: threadId,
    projectId: "prj_1" as Thread["projectId"],
    taskId: "tsk_1" as Thread["taskId"],
    title: "Work",
    status: "idle",
    policy: "workspace",
    target: "main",
    branch: null,
    baseCommit: "0".repeat(40) as Thread["baseCommit"],
    worktree: null,
    portBase: 1024,
    landedCommit: null,
    unlandedCommit: null,
    lastTurn: null,
    failure: null,
    planMode: false,
    reviewId: null,
    forkedFrom: null,
    createdAt: 0,
    updatedAt: 0,
    ...fields,
  };
}

export function viewOf(fields: Partial<Thread> = {}): ThreadView {
  const thread = threadOf(fields);
  return {
    seq: 1,
    thread,
    turns: [],
    items: [],
    approvals: [],
    landings: [],
    plan: null,
    comments: [],
  };
}

export const facts: ThreadFacts = {
  thread: threadOf(),
  project: "p",
  model: "local/m",
  context: { tokens: 25, limit: 100 },
  usage: {
    requests: 1,
    inputTokens: 1,
    cachedInputTokens: 0,
    outputTokens: 1,
    reasoningTokens: 0,
    estimated: false,
    costUsd: 0.12345,
  },
  budgets: [],
  policy: "workspace",
  rules: [],
  plan: null,
  mcp: [],
  box: { access: "rw", hosts: [], paths: [] },
};
