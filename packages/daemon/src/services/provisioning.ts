import { DaemonError, type Project, type Thread, type ThreadId } from "@heddle/protocol";
import type { RepositoryPaths } from "../os/git-repository.ts";
import type { Sandbox } from "../sandbox/types.ts";
import type { Store } from "../store/store.ts";
import { runScript } from "./box-script.ts";
import type { Boxes } from "./boxes.ts";
import { toFailure } from "./failure.ts";
import { lend } from "./git/lending.ts";
import { createWorktree } from "./git/worktrees.ts";
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
  /** Worktrees are made below it, in a folder a project. */
  readonly worktreeRoot: string;
  readonly logError: (message: string, details: Record<string, unknown>) => void;
}

/** Gives a new thread its worktree: branch, files, dependencies and set-up. */
export class Provisioning {
  readonly #options: ProvisioningOptions;
  readonly #listeners = new Set<() => void>();
  readonly #underWay = new Set<Promise<void>>();

  constructor(options: ProvisioningOptions) {
    this.#options = options;
  }

  /** Runs whenever a thread has become ready, or has failed to. */
  onSettled(listener: () => void): void {
    this.#listeners.add(listener);
  }

  begin(threadId: ThreadId): void {
    const work = this.#provision(threadId).finally(() => {
      this.#underWay.delete(work);
      for (const listener of this.#listeners) listener();
    });
    this.#underWay.add(work);
  }

  /** Begins again what a killed daemon did not finish. */
  resume(): void {
    for (const { id } of this.#options.store.threads.where({ status: "provisioning" })) {
      this.begin(id);
    }
  }

  async settled(): Promise<void> {
    await Promise.all(this.#underWay);
  }

  async #provision(threadId: ThreadId): Promise<void> {
    const { store, journal, projects, logError } = this.#options;
    try {
      const thread = rows.thread(store, threadId);
      const project = await projects.granted(thread.projectId, "rw");
      const from = await projects.checkout(project);
      const made = await this.#make(thread, project, from);
      journal.write(daemonActor, (tx) => {
        store.threads.setLent(threadId, made.lent);
        const { branch, worktree } = made;
        refreshThread(tx, store, threadId, { branch, worktree });
      });
    } catch (error) {
      if (!(error instanceof DaemonError)) logError("a thread could not be prepared", { error });
      journal.write(daemonActor, (tx) =>
        refreshThread(tx, store, threadId, { failure: toFailure(error) }),
      );
    }
  }

  async #make(thread: Thread, project: Project, from: RepositoryPaths) {
    const { sandbox, worktreeRoot } = this.#options;
    const { checkout, branch } = await createWorktree(sandbox.git, {
      gitCommonDir: from.gitCommonDir,
      root: `${worktreeRoot}/${project.id}`,
      title: thread.title,
      commit: thread.baseCommit,
    });
    const { lent } = await lend(sandbox.git, {
      from,
      to: checkout,
      folders: project.settings.lend ?? [],
      files: project.settings.copy ?? [],
    });
    if (project.settings.setup) await this.#setUp(thread, project.settings.setup, checkout, lent);
    return { branch, worktree: checkout.worktree, lent: [...lent] };
  }

  async #setUp(
    thread: Thread,
    command: string,
    checkout: RepositoryPaths,
    lent: readonly string[],
  ): Promise<void> {
    const { boxes, sandbox } = this.#options;
    await sandbox.prove();
    await using box = await boxes.open({ thread, checkout, lent, access: "rw" });
    const { exitCode, output } = await runScript(box, {
      command,
      cwd: checkout.worktree,
      timeoutMs: setupLimitMs,
    });
    if (exitCode === 0) return;
    const message = `the set-up command failed (exit ${exitCode ?? "unknown"}): ${command}`;
    throw new DaemonError("checkFailed", message, { command, output });
  }
}
