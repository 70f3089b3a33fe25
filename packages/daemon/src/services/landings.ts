import {
  type CheckResult,
  DaemonError,
  Landing,
  LandingId,
  type Methods,
  newId,
  type ParamsOf,
  type Project,
  type Thread,
  type ThreadId,
} from "@heddle/protocol";
import { mergeBase, revParse, treeOf } from "../os/git-objects.ts";
import { updateRefs } from "../os/git-refs.ts";
import { headOf, type RepositoryPaths, readIdentity } from "../os/git-repository.ts";
import type { Box, Sandbox } from "../sandbox/types.ts";
import type { Store } from "../store/store.ts";
import { runScript, type Script, type ScriptResult } from "./box-script.ts";
import type { Boxes } from "./boxes.ts";
import type { Busy } from "./busy.ts";
import { Chains } from "./chains.ts";
import { fitChecks } from "./check-results.ts";
import { checkoutOf } from "./checkouts.ts";
import { toFailure } from "./failure.ts";
import { runBoxed } from "./git/boxed.ts";
import { snapshot } from "./git/checkpoints.ts";
import { commitTurn } from "./git/commits.ts";
import { finishLanding } from "./git/fast-forward.ts";
import { undoHalfLanding } from "./git/half-landing.ts";
import { type PreparedLanding, prepareLanding, removeScratch } from "./git/landing-git.ts";
import { addAll, copyIndex } from "./git/temporary-index.ts";
import { daemonActor, type Journal, type Transaction } from "./journal.ts";
import type { Commit } from "./mutations.ts";
import type { Projects } from "./projects.ts";
import { rows } from "./rows.ts";
import { openScratchBox } from "./scratch-box.ts";
import { storeAgain } from "./store-again.ts";
import type { Tasks } from "./tasks.ts";
import { openLandings, refreshThread } from "./thread-status.ts";

const checkLimitMs = 30 * 60_000;

export interface LandingsOptions {
  readonly store: Store;
  readonly journal: Journal;
  readonly projects: Projects;
  readonly tasks: Tasks;
  readonly busy: Busy;
  readonly sandbox: Sandbox;
  readonly boxes: Boxes;
  readonly scratchRoot: string;
  /** Reviews what is about to land; throws where the review finds that it must not. */
  readonly review: (thread: Thread, treeHash: string, signal: AbortSignal) => Promise<void>;
  readonly logError: (message: string, details: Record<string, unknown>) => void;
}

type Prepared = PreparedLanding & { readonly type: "prepared" };

/**
 * Brings reviewed work into its target: rebased, checked on the merged tree, fast-forwarded. The
 * landings of a project queue and happen one at a time; one that is refused has changed nothing.
 */
export class Landings {
  readonly #options: LandingsOptions;
  readonly #queues = new Chains();
  readonly #stop = new AbortController();

  constructor(options: LandingsOptions) {
    this.#options = options;
  }

  /** Accepts a landing of exactly the tree that was reviewed; the thread is busy until its end. */
  async land(params: ParamsOf<Methods, "thread/land">, commit: Commit): Promise<Landing> {
    const { store, projects, busy, sandbox } = this.#options;
    const thread = rows.thread(store, params.threadId);
    const project = await projects.granted(thread.projectId, "rw");
    const checkout = await checkoutOf(thread);
    const claim = busy.claim(thread.id, "it is landing");
    try {
      const tree = await snapshot(sandbox.git, checkout);
      if (tree !== params.treeHash) throw staleReview(thread.id, tree);
      return commit((tx) => {
        const landing = newLanding(params, thread, tx.now);
        tx.record({ type: "landingQueued", landing });
        refreshThread(tx, store, thread.id);
        tx.afterCommit(() => this.#enqueue(landing, project.id, claim));
        return landing;
      });
    } catch (error) {
      claim[Symbol.dispose]();
      throw error;
    }
  }

  /** Settles what a killed daemon left: landed if the target has it, refused otherwise. */
  async recover(): Promise<void> {
    const { store, busy, logError } = this.#options;
    for (const landing of store.landings.where({ state: openLandings })) {
      using claim = busy.claim(landing.threadId, "it is landing");
      try {
        const thread = rows.thread(store, landing.threadId);
        if (await this.#hasLanded(landing, thread)) await this.#landed(landing, thread, claim);
        else {
          await this.#takeBack(landing, thread);
          this.#refused(landing, daemonStopped(), claim);
        }
      } catch (error) {
        logError("a landing could not be recovered", { error, landingId: landing.id });
        this.#refused(landing, error, claim);
      }
    }
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#queues.settled();
  }

  /** A kill may have come while the files of the target's checkout were moved; never before. */
  async #takeBack({ state, commit, target }: Landing, { projectId }: Thread): Promise<void> {
    const { store, projects, sandbox } = this.#options;
    if (state !== "moving" || commit === null) return;
    const { gitCommonDir } = await projects.checkout(rows.project(store, projectId));
    const targetRef = `refs/heads/${target}`;
    await undoHalfLanding(sandbox.git, { gitCommonDir, targetRef, tip: commit });
  }

  async #hasLanded({ commit, target }: Landing, { projectId }: Thread): Promise<boolean> {
    const { store, projects } = this.#options;
    if (commit === null) return false;
    const { gitCommonDir } = await projects.checkout(rows.project(store, projectId));
    const tip = await revParse(gitCommonDir, `refs/heads/${target}`);
    return tip !== undefined && (await mergeBase(gitCommonDir, tip, commit)) === commit;
  }

  /** Never rejects: how it ended stands in the landing, or in the log. */
  async #run(queued: Landing, claim: Disposable): Promise<void> {
    const { store, logError } = this.#options;
    const thread = rows.thread(store, queued.threadId);
    const current = () => store.landings.find(queued.id) ?? queued;
    let end: () => void | Promise<void>;
    try {
      await this.#attempt(queued, thread);
      end = () => this.#landed(current(), thread, claim);
    } catch (error) {
      if (!(error instanceof DaemonError)) logError("a landing failed", { error });
      end = () => this.#refused(current(), error, claim);
    }
    await this.#store(end);
  }

  /** The thread is free only then; what a stop cuts off, `recover` settles by what the target says. */
  #store(end: () => void | Promise<void>): Promise<void> {
    const { logError } = this.#options;
    return storeAgain(end, {
      isStopping: () => this.#stop.signal.aborted,
      onError: (error) => logError("the end of a landing could not be stored", { error }),
    });
  }

  /** Returns when the target has the work; throws when nothing has changed. */
  async #attempt(queued: Landing, thread: Thread): Promise<void> {
    if (this.#stop.signal.aborted) throw daemonStopped();
    const project = await this.#options.projects.granted(thread.projectId, "rw");
    if (project.settings.review === "beforeLanding") {
      this.#update(queued, { state: "reviewing" });
      await this.#options.review(thread, queued.treeHash, this.#stop.signal);
    }
    const rebasing = this.#update(queued, { state: "rebasing" });
    const prepared = await this.#prepare(rebasing, thread, project);
    await using scratch = new AsyncDisposableStack();
    scratch.defer(() => this.#removeScratch(prepared.scratch));
    const checkCount = project.settings.checks?.length ?? 0;
    const reached = { state: "checking", commit: prepared.tip, checkCount } as const;
    const checking = this.#update(rebasing, reached);
    const checked = await this.#check(checking, { thread, project, scratch: prepared.scratch });
    if (this.#stop.signal.aborted) throw daemonStopped();
    await this.#finish(this.#update(checked, { state: "moving" }), prepared, project);
  }

  async #removeScratch(scratch: RepositoryPaths): Promise<void> {
    const { scratchRoot, logError } = this.#options;
    await removeScratch(scratch, scratchRoot).catch((error: unknown) =>
      logError("a scratch worktree could not be removed", { error }),
    );
  }

  async #prepare(landing: Landing, thread: Thread, project: Project): Promise<Prepared> {
    const { sandbox, scratchRoot, projects } = this.#options;
    const { gitCommonDir } = await projects.checkout(project);
    const head = await this.#committed(thread, landing);
    const prepared = await prepareLanding(sandbox.git, {
      gitCommonDir,
      head,
      targetRef: `refs/heads/${landing.target}`,
      scratchRoot,
      name: landing.id,
      ...(landing.squash ? { squash: { message: thread.title } } : {}),
    });
    if (prepared.type === "prepared") return prepared;
    const files = prepared.files.join(", ");
    const message = `${landing.target} has changed the same lines of ${files}; send the thread a message to bring them together`;
    throw new DaemonError("landingConflict", message, { files: prepared.files });
  }

  /** The commit of the reviewed tree; what was changed by hand since the last turn joins it. */
  async #committed(thread: Thread, landing: Landing): Promise<string> {
    const { sandbox } = this.#options;
    const checkout = await checkoutOf(thread);
    const author = await readIdentity(checkout.gitCommonDir);
    const ids = { threadId: thread.id, turnId: landing.id };
    await commitTurn(sandbox.git, checkout, { message: "Changes by hand", author, ...ids });
    const { commit } = await headOf(checkout);
    const tree = await treeOf(checkout.gitCommonDir, commit);
    if (tree !== landing.treeHash) throw staleReview(thread.id, tree);
    return commit;
  }

  async #check(
    landing: Landing,
    { thread, project, scratch }: { thread: Thread; project: Project; scratch: RepositoryPaths },
  ): Promise<Landing> {
    const commands = project.settings.checks ?? [];
    if (commands.length === 0) return landing;
    await using box = await openScratchBox(this.#options, { thread, project, scratch });
    let checked = landing;
    for (const command of commands) {
      const { signal } = this.#stop;
      const script = { command, cwd: scratch.worktree, timeoutMs: checkLimitMs, signal };
      const result = { command, ...(await this.#runCheck(box, script)) };
      checked = this.#update(checked, { checks: fitChecks([...checked.checks, result]) });
      if (result.exitCode !== 0) throw checkFailed(result, checked);
    }
    return checked;
  }

  async #runCheck(box: Box, script: Script): Promise<ScriptResult> {
    try {
      return await runScript(box, script);
    } catch (error) {
      throw this.#stop.signal.aborted ? daemonStopped() : error;
    }
  }

  async #finish(landing: Landing, prepared: Prepared, project: Project): Promise<void> {
    const { sandbox, projects } = this.#options;
    const { gitCommonDir } = await projects.checkout(project);
    const { targetTip, tip } = prepared;
    const targetRef = `refs/heads/${landing.target}`;
    await finishLanding(sandbox.git, { gitCommonDir, targetRef, targetTip, tip });
  }

  #enqueue(landing: Landing, projectId: string, claim: Disposable): void {
    void this.#queues
      .run(projectId, () => this.#run(landing, claim))
      .finally(() => claim[Symbol.dispose]());
  }

  /** The target has it; the thread goes on from there, unless its files were changed meanwhile. */
  async #landed(landing: Landing, thread: Thread, claim: Disposable): Promise<void> {
    const { store, tasks, sandbox, logError } = this.#options;
    const commit = landing.commit ?? "";
    const followed = await follow(sandbox, thread, landing).catch((error: unknown) => {
      logError("a landed thread could not follow its target", { error });
      return false;
    });
    this.#complete({ ...landing, state: "landed", commit }, claim, (tx) => {
      tasks.setState(tx, thread.taskId, "done");
      const base = followed ? { baseCommit: commit } : {};
      const landed = { landedCommit: commit, unlandedCommit: null };
      refreshThread(tx, store, thread.id, { ...landed, ...base });
    });
  }

  #refused(landing: Landing, error: unknown, claim: Disposable): void {
    const refused = {
      ...landing,
      state: "refused",
      commit: null,
      failure: toFailure(error),
    } as const;
    this.#complete(refused, claim, (tx) =>
      refreshThread(tx, this.#options.store, landing.threadId),
    );
  }

  /** Whoever hears of the end finds the thread free. */
  #complete(landing: Landing, claim: Disposable, change: (tx: Transaction) => void): void {
    this.#options.journal.write(daemonActor, (tx) => {
      tx.afterCommit(() => claim[Symbol.dispose]());
      tx.record({ type: "landingCompleted", landing: { ...landing, completedAt: tx.now } });
      change(tx);
    });
  }

  #update(landing: Landing, changes: Partial<Landing>): Landing {
    return this.#options.journal.write(daemonActor, (tx) => {
      const updated = { ...landing, ...changes };
      tx.record({ type: "landingUpdated", landing: updated });
      return updated;
    });
  }
}

/** Takes the thread's branch and files to the landed commit; false if somebody changed them. */
async function follow(sandbox: Sandbox, thread: Thread, landing: Landing): Promise<boolean> {
  const { commit, treeHash } = landing;
  const checkout = await checkoutOf(thread);
  if (commit === null || (await snapshot(sandbox.git, checkout)) !== treeHash) return false;
  const head = await headOf(checkout);
  // An index of its own: no kill leaves a lock, and nobody else's lock is in the way.
  await using index = await copyIndex(checkout);
  await addAll(sandbox.git, checkout, index);
  const args = ["read-tree", "-u", "--reset", commit];
  await runBoxed(sandbox.git, { access: "write", checkout, args, env: index.env });
  const change = { ref: "HEAD", to: commit, expected: head.commit };
  await updateRefs(checkout.gitDir, [change], "heddle: landed");
  await index.install();
  return true;
}

function newLanding(
  { treeHash, squash = false }: ParamsOf<Methods, "thread/land">,
  { id: threadId, target }: Thread,
  now: number,
): Landing {
  return Landing.parse({
    id: newId(LandingId),
    threadId,
    treeHash,
    target,
    squash,
    state: "queued",
    commit: null,
    checkCount: 0,
    checks: [],
    failure: null,
    createdAt: now,
    completedAt: null,
  });
}

function staleReview(threadId: ThreadId, treeHash: string): DaemonError {
  const message = `${threadId} has changed since it was reviewed; look at its diff again`;
  return new DaemonError("staleReview", message, { threadId, treeHash });
}

function checkFailed({ command, exitCode }: CheckResult, { target }: Landing): DaemonError {
  const exit = exitCode === null ? "did not end by itself" : `failed with exit ${exitCode}`;
  const message = `${command} ${exit} on the tree merged with ${target}; nothing has landed`;
  return new DaemonError("checkFailed", message, { command, exitCode });
}

function daemonStopped(): DaemonError {
  return new DaemonError("interrupted", "the daemon was stopped before it landed; land it again");
}
