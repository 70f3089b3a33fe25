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
import { revParse, treeOf } from "../os/git-objects.ts";
import { updateRefs } from "../os/git-refs.ts";
import { headOf, type RepositoryPaths, readIdentity } from "../os/git-repository.ts";
import type { Sandbox } from "../sandbox/types.ts";
import type { Store } from "../store/store.ts";
import { runScript } from "./box-script.ts";
import type { Boxes } from "./boxes.ts";
import type { Busy } from "./busy.ts";
import { toFailure } from "./failure.ts";
import { runBoxed } from "./git/boxed.ts";
import { snapshot } from "./git/checkpoints.ts";
import { commitTurn } from "./git/commits.ts";
import { finishLanding } from "./git/fast-forward.ts";
import { type PreparedLanding, prepareLanding, removeScratch } from "./git/landing-git.ts";
import { lend } from "./git/lending.ts";
import { daemonActor, type Journal } from "./journal.ts";
import type { Commit } from "./mutations.ts";
import type { Projects } from "./projects.ts";
import { rows } from "./rows.ts";
import type { Tasks } from "./tasks.ts";
import { refreshThread } from "./thread-status.ts";
import { checkoutOf } from "./thread-work.ts";

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
  readonly logError: (message: string, details: Record<string, unknown>) => void;
}

type Prepared = PreparedLanding & { readonly type: "prepared" };

/**
 * Brings reviewed work into its target: rebased, checked on the merged tree, fast-forwarded. The
 * landings of a project queue and happen one at a time; one that is refused has changed nothing.
 */
export class Landings {
  readonly #options: LandingsOptions;
  readonly #queues = new Map<string, Promise<void>>();
  readonly #stop = new AbortController();

  constructor(options: LandingsOptions) {
    this.#options = options;
  }

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
        tx.afterCommit(() => this.#enqueue(landing, project, claim));
        return landing;
      });
    } catch (error) {
      claim[Symbol.dispose]();
      throw error;
    }
  }

  /** Settles what a killed daemon left: landed if the target has it, refused otherwise. */
  async recover(): Promise<void> {
    const { store, projects } = this.#options;
    const open = store.landings.where({ state: ["queued", "rebasing", "checking"] });
    for (const landing of open) {
      const thread = rows.thread(store, landing.threadId);
      const { gitCommonDir } = await projects.checkout(rows.project(store, thread.projectId));
      const tip = await revParse(gitCommonDir, `refs/heads/${landing.target}`);
      if (landing.commit !== null && tip === landing.commit) await this.#landed(landing, thread);
      else this.#refused(landing, daemonStopped());
    }
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#queues.values());
  }

  #enqueue(landing: Landing, project: Project, claim: Disposable): void {
    const before = this.#queues.get(project.id) ?? Promise.resolve();
    const work = before
      .then(() => this.#run(landing, project))
      .finally(() => {
        claim[Symbol.dispose]();
        if (this.#queues.get(project.id) === work) this.#queues.delete(project.id);
      });
    this.#queues.set(project.id, work);
  }

  async #run(queued: Landing, project: Project): Promise<void> {
    const { store, logError } = this.#options;
    let landing = queued;
    await using scratch = new AsyncDisposableStack();
    try {
      if (this.#stop.signal.aborted) throw daemonStopped();
      const thread = rows.thread(store, landing.threadId);
      landing = this.#update(landing, { state: "rebasing" });
      const prepared = await this.#prepare(landing, thread, project);
      scratch.defer(() => this.#removeScratch(prepared.scratch));
      landing = this.#update(landing, { state: "checking", commit: prepared.tip });
      landing = await this.#check(landing, { thread, project, scratch: prepared.scratch });
      await this.#finish(landing, prepared, project);
      await this.#landed(landing, thread);
    } catch (error) {
      if (!(error instanceof DaemonError)) logError("a landing failed", { error });
      this.#refused(landing, error);
    }
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
    const { sandbox, projects, boxes } = this.#options;
    const commands = project.settings.checks ?? [];
    if (commands.length === 0) return landing;
    await sandbox.prove();
    const from = await projects.checkout(project);
    const folders = project.settings.lend ?? [];
    const files = project.settings.copy ?? [];
    const { lent } = await lend(sandbox.git, { from, to: scratch, folders, files });
    await using box = await boxes.open({ thread, checkout: scratch, lent, access: "rw" });
    let checked = landing;
    for (const command of commands) {
      const script = { command, cwd: scratch.worktree, timeoutMs: checkLimitMs };
      const result = { command, ...(await runScript(box, script, this.#stop.signal)) };
      checked = this.#update(checked, { checks: [...checked.checks, result] });
      if (result.exitCode !== 0) throw checkFailed(result, this.#stop.signal, checked);
    }
    return checked;
  }

  async #finish(landing: Landing, prepared: Prepared, project: Project): Promise<void> {
    const { sandbox, projects } = this.#options;
    const { gitCommonDir } = await projects.checkout(project);
    const { targetTip, tip } = prepared;
    const targetRef = `refs/heads/${landing.target}`;
    await finishLanding(sandbox.git, { gitCommonDir, targetRef, targetTip, tip });
  }

  /** The target has it; the thread goes on from there. */
  async #landed(landing: Landing, thread: Thread): Promise<void> {
    const { store, journal, tasks, sandbox, logError } = this.#options;
    const commit = landing.commit ?? "";
    const moved = await moveTo(sandbox, thread, commit).catch((error: unknown) => {
      logError("a landed thread could not follow its target", { error });
      return undefined;
    });
    journal.write(daemonActor, (tx) => {
      const current = store.landings.find(landing.id) ?? landing;
      const completed = { ...current, state: "landed", commit, completedAt: tx.now } as const;
      tx.record({ type: "landingCompleted", landing: completed });
      tasks.setState(tx, thread.taskId, "done");
      const base = moved === undefined ? {} : { baseCommit: commit };
      refreshThread(tx, store, thread.id, { landedCommit: commit, ...base });
    });
  }

  #refused(landing: Landing, error: unknown): void {
    const { store, journal } = this.#options;
    journal.write(daemonActor, (tx) => {
      const current = store.landings.find(landing.id) ?? landing;
      const failure = toFailure(error);
      const times = { completedAt: tx.now };
      const refused = { ...current, state: "refused", commit: null, failure, ...times } as const;
      tx.record({ type: "landingCompleted", landing: refused });
      refreshThread(tx, store, landing.threadId);
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

/** Takes the thread's branch and files to the landed commit. */
async function moveTo(sandbox: Sandbox, thread: Thread, commit: string): Promise<string> {
  const checkout = await checkoutOf(thread);
  const head = await headOf(checkout);
  const args = ["read-tree", "-u", "--reset", commit];
  await runBoxed(sandbox.git, { access: "write", checkout, args });
  const change = { ref: "HEAD", to: commit, expected: head.commit };
  await updateRefs(checkout.gitDir, [change], "heddle: landed");
  return commit;
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

function checkFailed(
  { command, exitCode }: CheckResult,
  stop: AbortSignal,
  { target }: Landing,
): DaemonError {
  if (stop.aborted) return daemonStopped();
  const exit = exitCode === null ? "did not end by itself" : `failed with exit ${exitCode}`;
  const message = `${command} ${exit} on the tree merged with ${target}; nothing has landed`;
  return new DaemonError("checkFailed", message, { command, exitCode });
}

function daemonStopped(): DaemonError {
  return new DaemonError("interrupted", "the daemon was stopped before it landed; land it again");
}
