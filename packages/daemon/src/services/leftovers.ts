import { readdir, realpath } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Project } from "@heddle/protocol";
import { removeWorktree } from "../os/git-refs.ts";
import { checkoutAt } from "../os/git-repository.ts";
import type { Sandbox } from "../sandbox/types.ts";
import type { Store } from "../store/store.ts";
import { salvage } from "./git/checkpoints.ts";
import { removeLeftIndexes } from "./git/temporary-index.ts";
import type { Projects } from "./projects.ts";
import { openTurns } from "./thread-status.ts";

export interface LeftoversOptions {
  readonly store: Store;
  readonly projects: Projects;
  readonly sandbox: Sandbox;
  readonly worktreeRoot: string;
  readonly scratchRoot: string;
  readonly logError: (message: string, details: Record<string, unknown>) => void;
}

/**
 * Clears what a killed daemon left on disk, before anything is begun again: worktrees that no
 * thread owns, scratch worktrees of landings, and locks that it held itself.
 */
export async function clearLeftovers(options: LeftoversOptions): Promise<void> {
  const { logError } = options;
  for (const clear of [clearWorktrees, clearScratch, clearLocks]) {
    await clear(options).catch((error: unknown) =>
      logError("leftovers could not be cleared", { error }),
    );
  }
}

async function clearWorktrees(options: LeftoversOptions): Promise<void> {
  const { store, worktreeRoot, logError } = options;
  for (const project of store.projects.where({})) {
    // Threads know their worktrees by real paths.
    const root = await realpath(join(worktreeRoot, project.id)).catch(() => undefined);
    if (root === undefined) continue;
    const threads = store.threads.where({ project_id: project.id });
    const owned = new Set(threads.map(({ worktree }) => worktree));
    const orphans = (await foldersIn(root)).filter((path) => !owned.has(path));
    for (const path of orphans) {
      await clearWorktree(options, project, path).catch((error: unknown) =>
        logError("a worktree without a thread was left where it is", { error, path }),
      );
    }
  }
}

/** It was being made, or being removed: no thread owns it. What is in it is kept all the same. */
async function clearWorktree(
  { sandbox, projects }: LeftoversOptions,
  project: Project,
  path: string,
): Promise<void> {
  const { gitCommonDir } = await projects.checkout(project);
  const checkout = await checkoutAt(path).catch(() => undefined);
  if (checkout) await salvage(sandbox.git, checkout, { threadId: `orphan-${basename(path)}` });
  await removeWorktree(gitCommonDir, { path, root: dirname(path) });
}

async function clearScratch({ store, projects, scratchRoot }: LeftoversOptions): Promise<void> {
  for (const path of await foldersIn(scratchRoot)) {
    const landing = store.landings.find(path.slice(scratchRoot.length + 1));
    const thread = landing && store.threads.find(landing.threadId);
    const project = thread && store.projects.find(thread.projectId);
    if (project === undefined) continue;
    const { gitCommonDir } = await projects.checkout(project);
    await removeWorktree(gitCommonDir, { path, root: scratchRoot });
  }
}

async function clearLocks({ store }: LeftoversOptions): Promise<void> {
  const threadIds = new Set([
    ...store.turns.where({ state: openTurns }).map(({ threadId }) => threadId),
    ...store.landings.where({ state: ["queued", "rebasing", "checking"] }).map(toThreadId),
  ]);
  for (const threadId of threadIds) {
    const worktree = store.threads.find(threadId)?.worktree;
    if (worktree) await removeLeftIndexes(await checkoutAt(worktree));
  }
}

const toThreadId = <Id>({ threadId }: { threadId: Id }): Id => threadId;

async function foldersIn(root: string): Promise<string[]> {
  const entries = await readdir(root, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(root, name));
}
