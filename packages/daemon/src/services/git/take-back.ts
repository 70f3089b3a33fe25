import { DaemonError } from "@heddle/protocol";
import { git } from "../../os/git.ts";
import { commitTree, writeTree } from "../../os/git-objects.ts";
import { headOf, ourIdentity } from "../../os/git-repository.ts";
import type { Checkout, RunBoxedGit } from "../../sandbox/types.ts";
import { restore } from "./checkpoints.ts";
import { addAll, copyIndex, type TemporaryIndex } from "./temporary-index.ts";

/** Is told that some paths, or all files, were made what they are in a tree. */
export type Restored = (tree: string, paths?: readonly string[]) => Promise<void>;

const noFile = `0 ${"0".repeat(40)}`;

/** Makes the files exactly those of `tree`, but for ignored ones; the branch stays where it is. */
export async function restoreTree(
  box: RunBoxedGit,
  checkout: Checkout,
  tree: string,
): Promise<void> {
  const { commit: head } = await headOf(checkout);
  const message = "Files as they were";
  const kept = { tree, parents: [head], message, author: ourIdentity };
  const commit = await commitTree(checkout.gitCommonDir, kept);
  await restore(box, checkout, { commit });
}

/** Makes some files what they are in `from`, or absent where it has none; others stay as they are. */
export async function restorePaths(
  box: RunBoxedGit,
  checkout: Checkout,
  { from, paths }: { from: string; paths: readonly string[] },
): Promise<void> {
  await using index = await copyIndex(checkout);
  await addAll(box, checkout, index);
  await restoreTree(box, checkout, await treeOfIndex(checkout, index, { from, paths }));
}

/** What a tree would be with some paths as they are in `from`, or absent where it has none. */
export async function treeWith(
  checkout: Checkout,
  tree: string,
  { from, paths }: { from: string; paths: readonly string[] },
): Promise<string> {
  await using index = await copyIndex(checkout);
  await git({ gitDir: checkout.gitDir, args: ["read-tree", tree], env: index.env });
  return await treeOfIndex(checkout, index, { from, paths });
}

/** What a turn ends with where it may not end with its files as they are, and they stay so. */
export function notTakenBack(why: string): DaemonError {
  const advice = "nothing of the turn is committed; look at its worktree, or undo the turn";
  return new DaemonError("conflict", `${why}: ${advice}`);
}

async function treeOfIndex(
  { gitDir }: Checkout,
  index: TemporaryIndex,
  { from, paths }: { from: string; paths: readonly string[] },
): Promise<string> {
  const known = await entriesOf(gitDir, from, paths);
  // What is removed makes room, where a folder has taken the place of a file.
  const removed = paths.filter((path) => !known.has(path)).map((path) => `${noFile}\t${path}\0`);
  const input = [...removed, ...known.values()].join("");
  await git({ gitDir, args: ["update-index", "-z", "--index-info"], env: index.env, input });
  return await writeTree(gitDir, index.file);
}

async function entriesOf(
  gitDir: string,
  tree: string,
  paths: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const wanted = new Set(paths);
  const listing = await git({ gitDir, args: ["ls-tree", "-r", "-z", tree] });
  const entries = listing.split("\0").flatMap((entry): [string, string][] => {
    const [, mode, hash, path] = /^(\d+) \w+ ([0-9a-f]+)\t([\s\S]+)$/.exec(entry) ?? [];
    return path !== undefined && wanted.has(path) ? [[path, `${mode} ${hash}\t${path}\0`]] : [];
  });
  return new Map(entries);
}
