import { join } from "node:path";
import { DaemonError, type Thread, type ThreadId } from "@heddle/protocol";
import { updateRefs } from "../os/git-refs.ts";
import type { RepositoryPaths } from "../os/git-repository.ts";
import type { Sandbox } from "../sandbox/types.ts";
import type { Store } from "../store/store.ts";
import { runScript } from "./box-script.ts";
import type { Boxes } from "./boxes.ts";
import type { Busy } from "./busy.ts";
import { Chains } from "./chains.ts";
import { toFailure } from "./failure.ts";
import { snapshot } from "./git/checkpoints.ts";
import { ignoredPaths, lend } from "./git/lending.ts";
import { recordSetUp } from "./git/set-up-products.ts";
import { createWorktree, removeWorktree, type ThreadWorktree } from "./git/worktrees.ts";
import { daemonActor, type Journal } from "./journal.ts";
import type { Projects } from "./projects.ts";
import { rows } from "./rows.ts";
import { refreshThread } from "./thread-status.ts";

const setupLimitMs = 10 * 60_000;

export interface ProvisioningOptions {
  readonly store: Store;
  readonly journal: Journal;
  readonly projects: Projects;
  readonly sandbox: Sandbox;
  readonly boxes: Boxes;
  readonly busy: Busy;
  /** Worktrees are made below it, in a folder a project. */
  readonly worktreeRoot: string;
  readonly logError: (message: string, details: Record<string, unknown>) => void;
}

/** Gives a new thread its worktree: branch, files, dependencies and set-up. */
export class Provisioning {
  readonly #options: ProvisioningOptions;
  readonly #making = new Chains();
  readonly #underWay = new Set<Promise<void>>();
  readonly #stop = new AbortController();

  constructor(options: ProvisioningOptions) {
    this.#options = options;
  }

  begin(threadId: ThreadId): void {
    const claim = this.#options.busy.claim(threadId, "its worktree is being made");
    const work = this.#provision(threadId, claim).finally(() => {
      this.#underWay.delete(work);
      claim[Symbol.dispose]();
    });
    this.#underWay.add(work);
  }

  /** Begins again what a killed daemon did not finish. */
  resume(): void {
    for (const { id } of this.#options.store.threads.where({ status: "provisioning" })) {
      this.begin(id);
    }
  }

  /** Leaves off; what is not finished begins again with the next daemon. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#underWay);
  }

  /** Never rejects: what went wrong stands in the thread, or in the log. */
  async #provision(threadId: ThreadId, claim: Disposable): Promise<void> {
    const { store, logError } = this.#options;
    try {
      const thread = rows.thread(store, threadId);
      const { lent, ...changes } = await this.#make(thread);
      store.threads.setLent(threadId, lent);
      this.#settle(threadId, changes, claim);
    } catch (error) {
      if (this.#stop.signal.aborted) return;
      if (!(error instanceof DaemonError)) logError("a thread could not be prepared", { error });
      try {
        this.#settle(threadId, { failure: toFailure(error) }, claim);
      } catch (storing) {
        logError("a thread's failure could not be stored", { error: storing });
      }
    }
  }

  /** Whoever hears that the thread is ready finds it free. */
  #settle(threadId: ThreadId, changes: Partial<Thread>, claim: Disposable): void {
    const { store, journal } = this.#options;
    journal.write(daemonActor, (tx) => {
      tx.afterCommit(() => claim[Symbol.dispose]());
      refreshThread(tx, store, threadId, changes);
    });
  }

  async #make(thread: Thread): Promise<{ branch: string; worktree: string; lent: string[] }> {
    const { sandbox, projects, worktreeRoot } = this.#options;
    const project = await projects.granted(thread.projectId, "rw");
    const from = await projects.checkout(project);
    const root = join(worktreeRoot, project.id);
    const { gitCommonDir } = from;
    // Looks at the user's files while the thread's are written.
    const ignored = ignoredPaths(sandbox.git, from);
    ignored.catch(() => {});
    const { checkout, branch } = await this.#making.run(project.id, () => {
      this.#stop.signal.throwIfAborted();
      return this.#makeWorktree(thread, { gitCommonDir, root });
    });
    try {
      const { lend: folders = [], copy: files = [], setup } = project.settings;
      const loan = { from, to: checkout, folders, files, ignored };
      const { lent } = await lend(sandbox.git, loan);
      if (setup) await this.#setUp(thread, setup, checkout, lent);
      return { branch, worktree: checkout.worktree, lent: [...lent] };
    } catch (error) {
      await removeWorktree(checkout, root);
      const change = { ref: `refs/heads/${branch}`, expected: beginningOf(thread) };
      await updateRefs(gitCommonDir, [change], "heddle: not prepared");
      throw error;
    }
  }

  /** What a killed daemon had made of it is made again: nobody has worked in it. */
  async #makeWorktree(
    thread: Thread,
    { gitCommonDir, root }: { gitCommonDir: string; root: string },
  ): Promise<ThreadWorktree> {
    const { store, journal, sandbox } = this.#options;
    const { id, title, branch: begun } = thread;
    const commit = beginningOf(thread);
    if (begun !== null) {
      const change = { ref: `refs/heads/${begun}`, expected: commit };
      await updateRefs(gitCommonDir, [change], "heddle: not prepared");
    }
    const reserve = (branch: string) =>
      journal.write(daemonActor, (tx) => refreshThread(tx, store, id, { branch }));
    return await createWorktree(sandbox.git, { gitCommonDir, root, title, commit, reserve });
  }

  async #setUp(
    thread: Thread,
    command: string,
    checkout: RepositoryPaths,
    lent: readonly string[],
  ): Promise<void> {
    await using box = await this.#options.boxes.open({ thread, checkout, lent, access: "rw" });
    const { exitCode, output } = await runScript(box, {
      command,
      cwd: checkout.worktree,
      timeoutMs: setupLimitMs,
      signal: this.#stop.signal,
    });
    if (exitCode === 0) {
      const tree = await snapshot(this.#options.sandbox.git, checkout);
      return await recordSetUp(checkout, tree);
    }
    const message = `the set-up command failed (exit ${exitCode ?? "unknown"}): ${command}`;
    throw new DaemonError("checkFailed", message, { command, output });
  }
}

/** A fork begins with the work of the turns that it has taken over. */
function beginningOf({ unlandedCommit, baseCommit }: Thread): string {
  return unlandedCommit ?? baseCommit;
}
