import { lstat, readdir } from "node:fs/promises";
import { join, relative } from "node:path";
import { DaemonError } from "@heddle/protocol";
import { revParse, treeOf, writeTree } from "../../os/git-objects.ts";
import { listWorktrees, updateRefs } from "../../os/git-refs.ts";
import { findCheckout } from "../../os/git-repository.ts";
import type { Checkout, RunBoxedGit } from "../../sandbox/types.ts";
import { runBoxed } from "./boxed.ts";
import { changedPaths } from "./diffs.ts";
import { copyIndex, holdIndex } from "./temporary-index.ts";

export interface FastForward {
  readonly gitCommonDir: string;
  readonly targetRef: string;
  /** What the target held when the landing was prepared. */
  readonly targetTip: string;
  readonly tip: string;
}

/**
 * Moves the target to the prepared commit, or changes nothing. A checkout of the target moves
 * along, files first: a crash in between leaves the old branch with the landing staged, and the
 * same call completes it.
 */
export async function finishLanding(box: RunBoxedGit, landing: FastForward): Promise<void> {
  const { gitCommonDir, targetRef, targetTip } = landing;
  if ((await revParse(gitCommonDir, targetRef)) !== targetTip) throw targetMoved(landing);
  const checkout = await checkoutOfTarget(landing);
  const undoFiles = checkout && (await moveFiles(box, checkout, landing));
  // By the checkout's own git directory its HEAD gets a line in the reflog, too.
  const gitDir = checkout?.gitDir ?? gitCommonDir;
  const change = { ref: targetRef, to: landing.tip, expected: targetTip };
  try {
    if ((await updateRefs(gitDir, [change], "heddle: land")) === "moved")
      throw targetMoved(landing);
  } catch (error) {
    await undoFiles?.();
    throw error;
  }
}

export async function checkoutOfTarget({
  gitCommonDir,
  targetRef,
}: Pick<FastForward, "gitCommonDir" | "targetRef">): Promise<Checkout | undefined> {
  const worktrees = (await listWorktrees(gitCommonDir)).filter(({ ref }) => ref === targetRef);
  const [first, second] = worktrees;
  if (!first) return undefined;
  if (!second) return await findCheckout(first.path);
  const paths = worktrees.map(({ path }) => path);
  const message = `${targetRef} is checked out in ${paths.join(" and ")}: switch one of them`;
  throw new DaemonError("targetDirty", message, { files: [], paths });
}

/** Answers with what takes the files back. */
async function moveFiles(
  box: RunBoxedGit,
  checkout: Checkout,
  landing: FastForward,
): Promise<() => Promise<void>> {
  const { targetTip, tip } = landing;
  const move = (...steps: string[][]): Promise<void> => moveIndex(box, checkout, steps);
  const undo = () => move(["-m", "-u", tip, targetTip]);
  const changes = await changesIn(box, checkout);
  if (changes.length > 0) {
    if (await isLeftStaged(checkout, changes, tip)) return undo;
    throw targetDirty(
      checkout,
      changes.map(({ path }) => path),
    );
  }
  const colliding = await collisions(checkout, landing);
  if (colliding.length > 0) throw targetDirty(checkout, colliding);
  try {
    await move(["-m", "-u", targetTip, tip]);
  } catch (error) {
    const named = refusedFiles(error);
    if (named.length > 0) throw targetDirty(checkout, named, error);
    // It may have written some files before the disk refused one.
    await move(["--reset", tip], ["-u", "--reset", targetTip]);
    throw error;
  }
  return undo;
}

/** Runs `read-tree` in a copy of the index, which then takes its place. */
async function moveIndex(
  box: RunBoxedGit,
  checkout: Checkout,
  steps: readonly string[][],
): Promise<void> {
  await using index = await copyIndex(checkout);
  await using lock = await holdIndex(checkout, index);
  if (lock === undefined) throw indexHeld(checkout);
  for (const args of steps) {
    const request = { access: "write", checkout, env: index.env } as const;
    await runBoxed(box, { ...request, args: ["read-tree", ...args] });
  }
  await lock.install();
}

interface Change {
  /** The two letters of `git status --short`. */
  readonly state: string;
  readonly path: string;
}

async function changesIn(box: RunBoxedGit, checkout: Checkout): Promise<Change[]> {
  const options = ["--porcelain", "-z", "--no-renames", "--untracked-files=no"];
  const args = ["status", ...options, "--ignore-submodules=all"];
  const { stdout } = await runBoxed(box, { access: "read", checkout, args });
  const entries = stdout.toString("utf8").split("\0").filter(Boolean);
  return entries.map((entry) => ({ state: entry.slice(0, 2), path: entry.slice(3) }));
}

/** Whether the changes are the landing itself, from a daemon that was killed before it was done. */
async function isLeftStaged(checkout: Checkout, changes: Change[], tip: string): Promise<boolean> {
  if (!changes.every(({ state }) => state.endsWith(" "))) return false;
  await using index = await copyIndex(checkout);
  const staged = await writeTree(checkout.gitDir, index.file);
  return staged === (await treeOf(checkout.gitDir, tip));
}

/** Files in the way of new ones. Git would overwrite or remove those that it ignores. */
async function collisions({ worktree }: Checkout, landing: FastForward): Promise<string[]> {
  const { gitCommonDir, targetTip, tip } = landing;
  const changes = await changedPaths(gitCommonDir, targetTip, tip);
  const removed = new Set(changes.filter(({ status }) => status === "D").map(({ path }) => path));
  const added = changes.filter(({ status }) => status === "A");
  const found = new Set<string>();
  for (const { path } of added) {
    for (const obstacle of await obstaclesOf(worktree, path)) {
      if (!removed.has(obstacle)) found.add(obstacle);
    }
  }
  return [...found];
}

/** The file that stands at the path or at a folder above it, or all files of a folder there. */
async function obstaclesOf(worktree: string, path: string): Promise<string[]> {
  const parts = path.split("/");
  for (let length = 1; length <= parts.length; length += 1) {
    const prefix = parts.slice(0, length).join("/");
    const entry = await lstat(join(worktree, prefix)).catch(() => undefined);
    if (!entry) return [];
    if (!entry.isDirectory()) return [prefix];
  }
  const entries = await readdir(join(worktree, path), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => !entry.isDirectory());
  return files.map(({ parentPath, name }) => relative(worktree, join(parentPath, name)));
}

function refusedFiles(error: unknown): string[] {
  const text = error instanceof DaemonError ? error.message : "";
  const refusals = /(?:Untracked working tree file|Entry) '(.+?)' (?:would|not)/g;
  return [...text.matchAll(refusals)].map(([, path = ""]) => path);
}

function targetDirty({ worktree }: Checkout, files: string[], cause?: unknown): DaemonError {
  const shown =
    files.slice(0, 5).join(", ") + (files.length > 5 ? ` and ${files.length - 5} more` : "");
  const advice = "commit, stash or move them, then land again";
  const message = `landing would touch your changes in ${worktree} (${shown}): ${advice}`;
  return new DaemonError("targetDirty", message, { files, path: worktree }, { cause });
}

export function indexHeld({ gitDir, worktree }: Checkout): DaemonError {
  const advice = `land again once it is done, or remove ${gitDir}/index.lock if none runs`;
  const message = `another git is at work in ${worktree}: ${advice}`;
  return new DaemonError("targetDirty", message, { files: [], path: worktree });
}

function targetMoved({ targetRef, targetTip }: FastForward): DaemonError {
  const message = `${targetRef} moved while the landing was prepared: land again`;
  return new DaemonError("targetMoved", message, { targetRef, targetTip });
}
