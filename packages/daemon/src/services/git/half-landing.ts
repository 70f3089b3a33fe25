import { lstat, realpath, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { mergeBase, revParse, treeOf, writeTree } from "../../os/git-objects.ts";
import type { Checkout, RunBoxedGit } from "../../sandbox/types.ts";
import { runBoxed } from "./boxed.ts";
import { changedPaths } from "./diffs.ts";
import { checkoutOfTarget, indexHeld } from "./fast-forward.ts";
import { copyIndex, holdIndex, type TemporaryIndex } from "./temporary-index.ts";

export interface HalfLanding {
  readonly gitCommonDir: string;
  readonly targetRef: string;
  /** What the target was to become. */
  readonly tip: string;
}

/**
 * Takes back what a landing that was killed had already written into a checkout of the target. A
 * file that is neither as the landing had it nor missing is somebody's own and stays.
 */
export async function undoHalfLanding(box: RunBoxedGit, landing: HalfLanding): Promise<void> {
  const { gitCommonDir, targetRef, tip } = landing;
  const before = await revParse(gitCommonDir, targetRef);
  if (before === undefined || (await mergeBase(gitCommonDir, before, tip)) !== before) return;
  const checkout = await checkoutOfTarget(landing);
  if (checkout === undefined) return;
  const changes = await changedPaths(gitCommonDir, before, tip);
  const moved = await movedPaths(box, checkout, { tip, changes });
  await using index = await copyIndex(checkout);
  const staged =
    (await writeTree(checkout.gitDir, index.file)) === (await treeOf(gitCommonDir, tip));
  if (moved.length === 0 && !staged) return;
  await using lock = await holdIndex(checkout, index);
  if (lock === undefined) throw indexHeld(checkout);
  const added = new Set(changes.filter(({ status }) => status === "A").map(({ path }) => path));
  await runIn(box, checkout, index, { args: ["read-tree", before] });
  const restored = moved.filter((path) => !added.has(path));
  const input = restored.map((path) => `${path}\0`).join("");
  await runIn(box, checkout, index, { args: ["checkout-index", "-f", "-z", "--stdin"], input });
  await removeFiles(
    checkout,
    moved.filter((path) => added.has(path)),
  );
  if (staged) await lock.install();
}

/** The paths that are as the landing was to leave them, or were being written when it ended. */
async function movedPaths(
  box: RunBoxedGit,
  checkout: Checkout,
  { tip, changes }: { tip: string; changes: readonly { status: string; path: string }[] },
): Promise<string[]> {
  await using index = await copyIndex(checkout);
  await runIn(box, checkout, index, { args: ["read-tree", tip] });
  const args = ["status", "--porcelain", "-z", "--no-renames", "--untracked-files=no"];
  const status = await runIn(box, checkout, index, { args });
  const others = new Set(
    status
      .split("\0")
      .filter((entry) => entry.length > 3 && entry[1] !== " ")
      .map((entry) => entry.slice(3)),
  );
  const found = await Promise.all(
    changes.map(async ({ status, path }) =>
      status !== "D" && !others.has(path) ? true : await isUnwritten(checkout, path),
    ),
  );
  return changes.filter((_, at) => found[at]).map(({ path }) => path);
}

/** Git removes a file before it writes it again. */
async function isUnwritten({ worktree }: Checkout, path: string): Promise<boolean> {
  const entry = await lstat(join(worktree, path)).catch(() => undefined);
  return entry === undefined || (entry.isFile() && entry.size === 0);
}

async function runIn(
  box: RunBoxedGit,
  checkout: Checkout,
  { env }: TemporaryIndex,
  { args, input }: { args: string[]; input?: string },
): Promise<string> {
  const request = { access: "write", checkout, env, args } as const;
  const { stdout } = await runBoxed(box, input === undefined ? request : { ...request, input });
  return stdout.toString("utf8");
}

async function removeFiles({ worktree }: Checkout, paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    const file = join(worktree, path);
    const parent = await realpath(dirname(file)).catch(() => undefined);
    if (parent === dirname(file)) await rm(file, { force: true });
  }
}
