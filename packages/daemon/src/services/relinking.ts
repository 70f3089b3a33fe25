import { relative } from "node:path";
import {
  DaemonError,
  type Methods,
  type ParamsOf,
  type Project,
  type ResultOf,
  type Thread,
} from "@heddle/protocol";
import { revParse } from "../os/git-objects.ts";
import type { RepositoryPaths } from "../os/git-repository.ts";
import type { Sandbox } from "../sandbox/types.ts";
import type { Store } from "../store/store.ts";
import type { Busy } from "./busy.ts";
import { checkoutOf } from "./checkouts.ts";
import { lend, takeBack } from "./git/lending.ts";
import { type Remade, remakeWorktree } from "./git/remake.ts";
import type { Commit } from "./mutations.ts";
import type { Projects } from "./projects.ts";
import { rows } from "./rows.ts";
import { refreshThread } from "./thread-status.ts";

export interface RelinkingOptions {
  readonly store: Store;
  readonly projects: Projects;
  readonly sandbox: Sandbox;
  readonly busy: Busy;
}

type Outcome =
  | { readonly type: "relinked"; readonly lent: readonly string[] | undefined }
  | { readonly type: "lost"; readonly reason: string };

/** Brings a project's threads and its repository together again, after one of them was moved away. */
export class Relinking {
  readonly #options: RelinkingOptions;

  constructor(options: RelinkingOptions) {
    this.#options = options;
  }

  async relink(
    { projectId, path }: ParamsOf<Methods, "project/relink">,
    commit: Commit,
  ): Promise<ResultOf<Methods, "project/relink">> {
    const { store, busy, projects } = this.#options;
    const before = rows.project(store, projectId);
    await projects.granted(before.id, "rw");
    const home = await projects.destination(before, path ?? before.path);
    const all = store.threads.where({ project_id: before.id });
    await refuseOther(home, before, all);
    const threads = all.filter(({ status, worktree }) => status !== "archived" && worktree);
    using claims = new DisposableStack();
    for (const { id } of threads) claims.use(busy.claim(id, "its project is being relinked"));
    const project: Project = { ...before, path: home.worktree };
    const outcomes = new Map<Thread, Outcome>();
    for (const thread of threads) outcomes.set(thread, await this.#bring(thread, before, home));
    return commit((tx) => {
      tx.announce({ type: "projectChanged", project });
      const lost: { threadId: Thread["id"]; reason: string }[] = [];
      for (const [{ id: threadId }, outcome] of outcomes) {
        if (outcome.type === "lost") lost.push({ threadId, reason: outcome.reason });
        else refreshThread(tx, store, threadId, { failure: null });
        if (outcome.type === "relinked" && outcome.lent) {
          store.threads.setLent(threadId, outcome.lent);
        }
      }
      const relinked = [...outcomes].filter(([, { type }]) => type === "relinked");
      return { project, relinked: relinked.map(([{ id }]) => id), lost };
    });
  }

  /** One that cannot be brought back keeps nobody else from it. */
  async #bring(thread: Thread, before: Project, home: RepositoryPaths): Promise<Outcome> {
    const { store, sandbox } = this.#options;
    const { worktree, branch, unlandedCommit, landedCommit, baseCommit } = thread;
    const at = await checkoutOf(thread).catch(() => undefined);
    if (at?.gitCommonDir === home.gitCommonDir) return { type: "relinked", lent: undefined };
    try {
      const remade = await remakeWorktree(sandbox.git, {
        gitCommonDir: home.gitCommonDir,
        path: worktree ?? "",
        branch: branch ?? "",
        commit: unlandedCommit ?? landedCommit ?? baseCommit,
      });
      const lent = store.threads.lent(thread.id);
      return { type: "relinked", lent: await this.#lend(remade, { before, home, lent }) };
    } catch (error) {
      if (!(error instanceof DaemonError)) throw error;
      return { type: "lost", reason: error.message };
    }
  }

  /** Links into the old place lead nowhere; they are made again. */
  async #lend(
    { checkout }: Remade,
    { before, home, lent }: { before: Project; home: RepositoryPaths; lent: readonly string[] },
  ): Promise<readonly string[]> {
    const paths = lent.map((folder) => relative(before.path, folder));
    await takeBack(checkout, paths);
    const { lend: listed = [], copy: files = [] } = before.settings;
    const folders = [...paths, ...listed];
    const loan = { from: home, to: checkout, folders, files };
    return (await lend(this.#options.sandbox.git, loan)).lent;
  }
}

/** A repository that has none of the project's commits is another one. */
async function refuseOther(
  { gitCommonDir, worktree }: RepositoryPaths,
  { name }: Project,
  threads: readonly Thread[],
): Promise<void> {
  const last = threads.at(-1);
  if (last === undefined || (await revParse(gitCommonDir, last.baseCommit)) !== undefined) return;
  const message = `${worktree} is not the repository of ${name}: it lacks ${last.baseCommit}, on which ${last.id} stands`;
  throw new DaemonError("conflict", message, { path: worktree });
}
