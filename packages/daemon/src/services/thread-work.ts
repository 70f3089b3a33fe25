import {
  DaemonError,
  type Diff,
  isEndState,
  type Methods,
  type ProjectId,
  type ResultOf,
  type Thread,
  type ThreadId,
  type Turn,
  type TurnId,
  turnEnded,
} from "@heddle/protocol";
import { checkoutAt, headOf } from "../os/git-repository.ts";
import type { Sandbox } from "../sandbox/types.ts";
import type { Store } from "../store/store.ts";
import type { Busy } from "./busy.ts";
import { type Checkouts, checkoutOf } from "./checkouts.ts";
import { restore, salvage, snapshot } from "./git/checkpoints.ts";
import { diffTrees, limitDiff } from "./git/diffs.ts";
import { nestedRepositories } from "./git/nested-repositories.ts";
import { putAway } from "./git/put-away.ts";
import { remakeBranch } from "./git/remake.ts";
import type { Grants } from "./grants.ts";
import { daemonActor, type Journal, type Transaction } from "./journal.ts";
import type { Commit } from "./mutations.ts";
import { plansUndone } from "./phases/plans.ts";
import type { Projects } from "./projects.ts";
import { rows } from "./rows.ts";
import type { Spools } from "./spools.ts";
import type { Tasks } from "./tasks.ts";
import { refreshThread } from "./thread-status.ts";
import type { Turns } from "./turns.ts";

export interface ThreadWorkOptions {
  readonly store: Store;
  readonly sandbox: Sandbox;
  readonly checkouts: Checkouts;
  readonly tasks: Tasks;
  readonly projects: Projects;
  readonly grants: Grants;
  readonly turns: Turns;
  readonly spools: Spools;
  readonly journal: Journal;
  readonly busy: Busy;
  readonly worktreeRoot: string;
}

/** Of so many nested repositories the names are told. */
const nestedAtMost = 100;

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
    const checkout = await this.#options.checkouts.of(thread);
    const run = this.#options.sandbox.git;
    const [treeHash, nested] = await Promise.all([
      snapshot(run, checkout),
      nestedRepositories(run, checkout),
    ]);
    const { baseCommit } = thread;
    const found = await diffTrees(checkout.gitDir, { from: baseCommit, to: treeHash });
    const files = found.map((file) => ({
      ...file,
      hunks: file.hunks.map((hunk) => ({ ...hunk, lines: [...hunk.lines] })),
      truncated: file.truncated ?? false,
    }));
    const shown = nested.slice(0, nestedAtMost);
    return limitDiff({ baseCommit, treeHash, files, nestedRepositories: shown });
  }

  /** Takes back the last turns: files, commits and history. What has landed stays. */
  async undo(threadId: ThreadId, count: number, commit: Commit): Promise<{ undone: TurnId[] }> {
    const { store, busy, sandbox, projects, checkouts } = this.#options;
    const { projectId } = rows.thread(store, threadId);
    await projects.granted(projectId, "rw");
    using _ = busy.claim(threadId, "it is being undone");
    const turns = this.#lastTurns(threadId, count);
    const earliest = turns.map(({ id }) => store.checkpoints.find(id)).find(Boolean);
    if (earliest) {
      const checkout = await checkouts.of(rows.thread(store, threadId));
      // What was changed by hand since the last turn is kept.
      const { commit: head } = await headOf(checkout);
      await salvage(sandbox.git, checkout, { threadId, landed: head });
      await restore(sandbox.git, checkout, { commit: earliest.commit, moveBranch: true });
    }
    const turnIds = turns.map(({ id }) => id);
    return commit((tx) => {
      plansUndone(tx, store, turns);
      tx.record({ type: "turnsUndone", turnIds });
      refreshThread(tx, store, threadId, this.#afterUndo(threadId));
      return { undone: turnIds };
    });
  }

  /** Removes the worktree; work that has not landed is kept under a ref first. */
  async archive(threadId: ThreadId, commit: Commit): Promise<ResultOf<Methods, "thread/archive">> {
    const { store, busy, spools } = this.#options;
    const thread = rows.thread(store, threadId);
    if (thread.status === "archived") return commit(() => ({ thread, salvage: null }));
    using _ = busy.claim(threadId, "it is being archived");
    const salvage = (await this.#putAway(thread)) ?? null;
    const answer = commit((tx) => {
      this.#archived(tx, threadId);
      return { thread: rows.thread(store, threadId), salvage };
    });
    await spools.remove(threadId);
    return answer;
  }

  /** Archives the project's threads, one after another, then forgets it. */
  async removeProject(
    projectId: ProjectId,
    endAutomations: (tx: Transaction) => number,
    commit: Commit,
  ): Promise<{ archived: ThreadId[]; automations: number }> {
    const { store, busy, projects, journal } = this.#options;
    const live = store.threads
      .where({ project_id: rows.project(store, projectId).id })
      .filter(({ status }) => status !== "archived");
    using claims = new DisposableStack();
    for (const { id } of live) claims.use(busy.claim(id, "its project is being removed"));
    for (const thread of live) {
      await this.#putAway(thread);
      journal.write(daemonActor, (tx) => this.#archived(tx, thread.id));
      await this.#options.spools.remove(thread.id);
    }
    return commit((tx) => {
      const automations = endAutomations(tx);
      projects.remove(tx, projectId);
      return { archived: live.map(({ id }) => id), automations };
    });
  }

  /** The ref under which something had to be kept. */
  async #putAway(thread: Thread): Promise<string | undefined> {
    const { store, sandbox, projects, worktreeRoot } = this.#options;
    const { id: threadId, projectId, branch, target, worktree } = thread;
    if (worktree === null) return undefined;
    const landed = thread.landedCommit ?? thread.baseCommit;
    // Without its branch a worktree has nothing that its files could be kept on top of.
    const there = await checkoutAt(worktree).catch(whenDetached);
    if (there) await remakeBranch(there, thread.unlandedCommit ?? landed);
    const checkout = await checkoutOf(thread).catch(whenDetached);
    const project = rows.project(store, projectId);
    const home = checkout ?? (await projects.checkout(project).catch(whenDetached));
    // Of a repository that is gone nothing can be put away, and nothing is lost.
    if (home === undefined) return undefined;
    return await putAway(sandbox.git, {
      threadId,
      gitCommonDir: home.gitCommonDir,
      checkout,
      root: `${worktreeRoot}/${projectId}`,
      branch,
      target,
      landed,
    });
  }

  #archived(tx: Transaction, threadId: ThreadId): void {
    const { store, tasks, turns, grants } = this.#options;
    refreshThread(tx, store, threadId, { status: "archived", worktree: null });
    turns.cancelQueued(tx, threadId);
    grants.endWithThread(tx, threadId);
    const task = rows.task(store, rows.thread(store, threadId).taskId);
    if (task.state !== "done") tasks.setState(tx, task.id, "dropped");
  }

  /** What the thread's row says of its turns, once some of them are gone. */
  #afterUndo(threadId: ThreadId): Pick<Thread, "lastTurn" | "unlandedCommit"> {
    const { store } = this.#options;
    const landedAt = this.#landedAt(threadId);
    const turns = store.turns.where({ thread_id: threadId });
    const made = turns.findLast(({ commit, createdAt }) => commit && createdAt >= landedAt);
    const state = turns.at(-1)?.state;
    const lastTurn = state !== undefined && isEndState(state) ? state : null;
    return { lastTurn, unlandedCommit: made?.commit ?? null };
  }

  #landedAt(threadId: ThreadId): number {
    return this.#options.store.landings
      .where({ thread_id: threadId, state: "landed" })
      .reduce((newest, { createdAt }) => Math.max(newest, createdAt), 0);
  }

  #lastTurns(threadId: ThreadId, count: number): Turn[] {
    const { store } = this.#options;
    const turns = store.turns.where({ thread_id: threadId });
    const last = turns.slice(-count);
    const landedAt = this.#landedAt(threadId);
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

/** Of what was taken away by hand only the rest can be put away. */
function whenDetached(error: unknown): undefined {
  const kinds = ["detached", "notFound", "notARepository"];
  if (!(error instanceof DaemonError && kinds.includes(error.kind))) throw error;
}
