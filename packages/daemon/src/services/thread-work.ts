import {
  DaemonError,
  type Diff,
  type Methods,
  type ProjectId,
  type ResultOf,
  type Thread,
  type ThreadId,
  type Turn,
  type TurnId,
  turnEnded,
} from "@heddle/protocol";
import { checkoutAt, headOf, type RepositoryPaths } from "../os/git-repository.ts";
import type { Sandbox } from "../sandbox/types.ts";
import type { Store } from "../store/store.ts";
import type { Busy } from "./busy.ts";
import { restore, salvage, salvageRef, snapshot } from "./git/checkpoints.ts";
import { diffTrees, limitDiff } from "./git/diffs.ts";
import { removeWorktree } from "./git/worktrees.ts";
import { daemonActor, type Journal, type Transaction } from "./journal.ts";
import type { Commit } from "./mutations.ts";
import type { Projects } from "./projects.ts";
import { rows } from "./rows.ts";
import type { Tasks } from "./tasks.ts";
import { refreshThread } from "./thread-status.ts";
import type { Turns } from "./turns.ts";

export interface ThreadWorkOptions {
  readonly store: Store;
  readonly sandbox: Sandbox;
  readonly tasks: Tasks;
  readonly projects: Projects;
  readonly turns: Turns;
  readonly journal: Journal;
  readonly busy: Busy;
  readonly worktreeRoot: string;
}

/** What became of a thread's work: shown, taken back, put away. */
export class ThreadWork {
  readonly #options: ThreadWorkOptions;

  constructor(options: ThreadWorkOptions) {
    this.#options = options;
  }

  /** What the thread changed since it branched off, as its files are now. */
  async diff(threadId: ThreadId): Promise<Diff> {
    const { store, projects } = this.#options;
    const thread = rows.thread(store, threadId);
    await projects.granted(thread.projectId, "ro");
    const checkout = await checkoutOf(thread);
    const treeHash = await snapshot(this.#options.sandbox.git, checkout);
    const { baseCommit } = thread;
    const found = await diffTrees(checkout.gitDir, { from: baseCommit, to: treeHash });
    const files = found.map((file) => ({
      ...file,
      hunks: file.hunks.map((hunk) => ({ ...hunk, lines: [...hunk.lines] })),
      truncated: file.truncated ?? false,
    }));
    return limitDiff({ baseCommit, treeHash, files });
  }

  /** Takes back the last turns: files, commits and history. What has landed stays. */
  async undo(threadId: ThreadId, count: number, commit: Commit): Promise<{ undone: TurnId[] }> {
    const { store, busy, sandbox, projects } = this.#options;
    const { projectId } = rows.thread(store, threadId);
    await projects.granted(projectId, "rw");
    using _ = busy.claim(threadId, "it is being undone");
    const turns = this.#lastTurns(threadId, count);
    const earliest = turns.map(({ id }) => store.checkpoints.find(id)).find(Boolean);
    if (earliest) {
      const checkout = await checkoutOf(rows.thread(store, threadId));
      // What was changed by hand since the last turn is kept.
      const { commit: head } = await headOf(checkout);
      await salvage(sandbox.git, checkout, { threadId, landed: head });
      await restore(sandbox.git, checkout, { commit: earliest.commit, moveBranch: true });
    }
    const turnIds = turns.map(({ id }) => id);
    return commit((tx) => {
      tx.record({ type: "turnsUndone", turnIds });
      refreshThread(tx, store, threadId);
      return { undone: turnIds };
    });
  }

  /** Removes the worktree; work that has not landed is kept under a ref first. */
  async archive(threadId: ThreadId, commit: Commit): Promise<ResultOf<Methods, "thread/archive">> {
    const { store, busy } = this.#options;
    const thread = rows.thread(store, threadId);
    if (thread.status === "archived") return commit(() => ({ thread, salvage: null }));
    using _ = busy.claim(threadId, "it is being archived");
    const kept = await this.#putAway(thread);
    return commit((tx) => {
      this.#archived(tx, threadId);
      return { thread: rows.thread(store, threadId), salvage: kept ? salvageRef(threadId) : null };
    });
  }

  /** Archives the project's threads, one after another, then forgets it. */
  async removeProject(projectId: ProjectId, commit: Commit): Promise<{ archived: ThreadId[] }> {
    const { store, busy, projects, journal } = this.#options;
    const live = store.threads
      .where({ project_id: rows.project(store, projectId).id })
      .filter(({ status }) => status !== "archived");
    using claims = new DisposableStack();
    for (const { id } of live) claims.use(busy.claim(id, "its project is being removed"));
    for (const thread of live) {
      await this.#putAway(thread);
      journal.write(daemonActor, (tx) => this.#archived(tx, thread.id));
    }
    return commit((tx) => {
      projects.remove(tx, projectId);
      return { archived: live.map(({ id }) => id) };
    });
  }

  /** Whether something had to be kept. */
  async #putAway(thread: Thread): Promise<boolean> {
    const { sandbox, worktreeRoot } = this.#options;
    if (thread.worktree === null) return false;
    const checkout = await checkoutOf(thread).catch(worktreeGone);
    if (checkout === undefined) return false;
    const landed = thread.landedCommit ?? thread.baseCommit;
    const kept = await salvage(sandbox.git, checkout, { threadId: thread.id, landed });
    await removeWorktree(checkout, `${worktreeRoot}/${thread.projectId}`);
    return kept !== undefined;
  }

  #archived(tx: Transaction, threadId: ThreadId): void {
    const { store, tasks, turns } = this.#options;
    refreshThread(tx, store, threadId, { status: "archived", worktree: null });
    turns.cancelQueued(tx, threadId);
    const task = rows.task(store, rows.thread(store, threadId).taskId);
    if (task.state !== "done") tasks.setState(tx, task.id, "dropped");
  }

  #lastTurns(threadId: ThreadId, count: number): Turn[] {
    const { store } = this.#options;
    const turns = store.turns.where({ thread_id: threadId });
    const last = turns.slice(-count);
    const landedAt = store.landings
      .where({ thread_id: threadId, state: "landed" })
      .reduce((newest, { createdAt }) => Math.max(newest, createdAt), 0);
    if (last.length === 0) throw new DaemonError("notFound", `${threadId} has no turn to undo`);
    if (last.some(({ createdAt }) => createdAt < landedAt)) {
      const message = `a turn of ${threadId} has landed and cannot be undone here; revert it with git`;
      throw new DaemonError("conflict", message, { threadId });
    }
    const queued = last.find(({ state }) => !turnEnded(state));
    if (queued === undefined) return last;
    throw new DaemonError("threadBusy", `${queued.id} has not ended; interrupt it first`);
  }
}

/** A worktree that somebody removed by hand holds nothing that could be kept. */
function worktreeGone(error: unknown): undefined {
  const gone = error instanceof DaemonError && ["notFound", "notARepository"].includes(error.kind);
  if (!gone) throw error;
}

/** The thread's checkout, or why it has none. */
export async function checkoutOf(thread: Thread): Promise<RepositoryPaths> {
  if (thread.worktree !== null) return checkoutAt(thread.worktree);
  if (thread.status === "archived") {
    throw new DaemonError("threadArchived", `${thread.id} is archived`, { threadId: thread.id });
  }
  const why = thread.failure?.message ?? "its worktree is still being made; try again soon";
  throw new DaemonError("threadBusy", `${thread.id} has no worktree yet: ${why}`);
}
