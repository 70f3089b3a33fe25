import { existsSync } from "node:fs";
import { readdir, realpath } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { DaemonError, type Landing, type Project, type Turn } from "@heddle/protocol";
import { removeWorktree, worktreeThatGoes } from "../os/git-refs.ts";
import { checkoutAt } from "../os/git-repository.ts";
import { clearHalfMade } from "../os/half-made-worktrees.ts";
import type { Sandbox } from "../sandbox/types.ts";
import type { Store } from "../store/store.ts";
import { salvage } from "./git/checkpoints.ts";
import { removeLeftIndexes } from "./git/temporary-index.ts";
import type { Projects } from "./projects.ts";

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
 * thread owns, scratch worktrees, and locks that it held itself.
 */
export async function clearLeftovers(options: LeftoversOptions): Promise<void> {
  const { logError } = options;
  for (const clear of [clearBeginnings, clearWorktrees, clearScratch, clearLocks]) {
    await clear(options).catch((error: unknown) =>
      logError("leftovers could not be cleared", { error }),
    );
  }
}

/** First of all, since git takes no other worktree away as long as one is half made. */
async function clearBeginnings(options: LeftoversOptions): Promise<void> {
  const { store, projects, worktreeRoot, scratchRoot, logError } = options;
  const given = [worktreeRoot, scratchRoot];
  const roots = await Promise.all(given.map((root) => realpath(root).catch(() => root)));
  for (const project of store.projects.where({})) {
    const checkout = await projects.checkout(project).catch(() => undefined);
    if (checkout === undefined) continue;
    const begun = store.threads.where({ project_id: project.id, status: "provisioning" });
    const isOwnName = (name: string) =>
      scratchWork(store, name) !== undefined ||
      begun.some(({ branch }) => isNamedFor(name, branch));
    await clearHalfMade(checkout.gitCommonDir, { roots, isOwnName }).catch((error: unknown) =>
      logError("a worktree that is half made was left", { error, path: project.path }),
    );
  }
}

/** Where there is a worktree of this name already, git adds a number. */
function isNamedFor(name: string, branch: string | null): boolean {
  if (branch === null) return false;
  const slug = basename(branch);
  return name.startsWith(slug) && /^\d*$/.test(name.slice(slug.length));
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

/**
 * It was being made, or being removed, or the database is an older one: no thread owns it. What is in
 * it is kept all the same.
 */
async function clearWorktree(
  { store, sandbox, projects }: LeftoversOptions,
  project: Project,
  path: string,
): Promise<void> {
  const { gitCommonDir } = await projects.checkout(project);
  const root = dirname(path);
  // Its removal had begun, so what it held has been kept.
  const going = worktreeThatGoes(path);
  if (going) return await removeWorktree(gitCommonDir, { path: going, root });
  const checkout = await checkoutAt(path).catch(() => undefined);
  if (checkout) {
    const begun = store.threads
      .where({ project_id: project.id, status: "provisioning" })
      .find(({ branch }) => branch === `heddle/${basename(path)}`);
    const landed = begun ? { landed: begun.baseCommit } : {};
    // Whoever was killed while writing the files of a new worktree had not come to its index.
    const unwritten = begun !== undefined && !existsSync(join(checkout.gitDir, "index"));
    if (!unwritten)
      await salvage(sandbox.git, checkout, { threadId: `orphan-${basename(path)}`, ...landed });
  } else await refuseToLose(path);
  await removeWorktree(gitCommonDir, { path, root });
}

/** Files that git cannot be asked about are somebody's work. */
async function refuseToLose(path: string): Promise<void> {
  const files = (await readdir(path)).filter((name) => name !== ".git");
  if (files.length === 0) return;
  const advice = "move it away, or remove it, by hand";
  throw new DaemonError("conflict", `${path} holds files and belongs to no repository: ${advice}`);
}

/** The landing or the turn that a scratch worktree was made for. */
function scratchWork(store: Store, name: string): Landing | Turn | undefined {
  return store.landings.find(name) ?? store.turns.find(name);
}

async function clearScratch({ store, projects, scratchRoot }: LeftoversOptions): Promise<void> {
  for (const path of await foldersIn(scratchRoot)) {
    const scratch = worktreeThatGoes(path) ?? path;
    const name = basename(scratch);
    const work = scratchWork(store, name);
    const thread = work && store.threads.find(work.threadId);
    const project = thread && store.projects.find(thread.projectId);
    if (project === undefined) continue;
    const { gitCommonDir } = await projects.checkout(project);
    await removeWorktree(gitCommonDir, { path: scratch, root: scratchRoot });
  }
}

/** By git's own list of worktrees: of a thousand, each costs one look into a folder. */
async function clearLocks({ store, projects }: LeftoversOptions): Promise<void> {
  for (const project of store.projects.where({})) {
    const checkout = await projects.checkout(project).catch(() => undefined);
    if (checkout === undefined) continue;
    const { gitCommonDir } = checkout;
    const gitDirs = [gitCommonDir, ...(await foldersIn(join(gitCommonDir, "worktrees")))];
    for (const gitDir of gitDirs) await removeLeftIndexes({ gitDir });
  }
}

async function foldersIn(root: string): Promise<string[]> {
  const entries = await readdir(root, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(root, name));
}
