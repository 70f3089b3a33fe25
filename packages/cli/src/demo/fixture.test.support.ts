import type { Diff, Thread, ThreadView } from "@heddle/protocol";
import { threadId, turn } from "../thread/fixture.test.support.ts";
import type { Work } from "./threads.ts";

const hash = (digit: string) => digit.repeat(40);

export const thread: Thread = {
  id: threadId,
  projectId: "prj_01990000-0000-7000-8000-0000000000d1" as Thread["projectId"],
  taskId: "task_01990000-0000-7000-8000-0000000000f1" as Thread["taskId"],
  title: "Fix the test",
  status: "running",
  policy: "ask",
  target: "main",
  branch: "heddle/fix-the-test",
  baseCommit: hash("1"),
  worktree: "/w",
  portBase: 20_000,
  landedCommit: null,
  unlandedCommit: null,
  lastTurn: null,
  failure: null,
  planMode: false,
  reviewId: null,
  forkedFrom: null,
  createdAt: 0,
  updatedAt: 0,
};

export function view(fields: Partial<ThreadView> = {}): ThreadView {
  const none = { turns: [], items: [], approvals: [], landings: [], plan: null, comments: [] };
  return { seq: 1, thread, ...none, ...fields };
}

const diff: Diff = {
  baseCommit: hash("1"),
  treeHash: hash("2"),
  files: [],
  omitted: null,
  nestedRepositories: [],
  truncated: false,
};

export function work(fields: Partial<Work> = {}): Work {
  const task = { title: thread.title, prompt: "Fix it.", policy: thread.policy };
  const done = turn({ startedAt: 1_000, completedAt: 3_500 });
  return { number: 1, task, thread, turn: done, view: view({ turns: [done] }), diff, ...fields };
}
