import { DaemonError } from "@heddle/protocol";
import { commitTree, readCommits, revParse, treeOf } from "../../os/git-objects.ts";
import { updateRefs } from "../../os/git-refs.ts";
import { type Head, headOf, ourIdentity } from "../../os/git-repository.ts";
import type { Checkout, RunBoxedGit } from "../../sandbox/types.ts";
import { runBoxed } from "./boxed.ts";
import { addNested, nestedRepositories } from "./nested-repositories.ts";
import { addAll, copyIndex } from "./temporary-index.ts";

export interface Checkpoint {
  readonly commit: string;
  readonly tree: string;
}

/** The tree of all files that git does not ignore, untracked ones too. Nothing else changes. */
export async function snapshot(box: RunBoxedGit, checkout: Checkout): Promise<string> {
  await using index = await copyIndex(checkout);
  return await addAll(box, checkout, index);
}

/** The same with the files of repositories that were made inside the worktree. */
async function wholeSnapshot(box: RunBoxedGit, checkout: Checkout): Promise<string> {
  await using index = await copyIndex(checkout);
  let tree = await addAll(box, checkout, index);
  for (const folder of await nestedRepositories(box, checkout)) {
    tree = await addNested(box, checkout, { folder, index });
  }
  return tree;
}

export function checkpointRef(threadId: string, turnId: string): string {
  return `refs/heddle/checkpoints/${threadId}/${turnId}`;
}

export function salvageRef(threadId: string): string {
  return `refs/heddle/salvage/${threadId}`;
}

/** Keeps the whole tree, as a commit on top of HEAD, under the turn's hidden ref. */
export async function checkpoint(
  box: RunBoxedGit,
  checkout: Checkout,
  { threadId, turnId }: { threadId: string; turnId: string },
): Promise<Checkpoint> {
  const [tree, head] = await Promise.all([snapshot(box, checkout), headOf(checkout)]);
  const message = `Checkpoint before ${turnId}`;
  const commit = await keep(checkout, { tree, parents: [head.commit], message });
  await updateRefs(
    checkout.gitCommonDir,
    [{ ref: checkpointRef(threadId, turnId), to: commit }],
    message,
  );
  return { commit, tree };
}

/**
 * Makes the files exactly those of `commit`; ignored files stay. With `moveBranch` the branch goes
 * back to the commit's parent, which is where it was when the checkpoint was made.
 */
export async function restore(
  box: RunBoxedGit,
  checkout: Checkout,
  { commit, moveBranch = false }: { commit: string; moveBranch?: boolean },
): Promise<void> {
  const [head, [target]] = await Promise.all([
    headOf(checkout),
    readCommits(checkout.gitCommonDir, [commit]),
  ]);
  const parent = moveBranch ? target?.parents[0] : head.commit;
  if (!target || !parent) throw new DaemonError("notFound", `no checkpoint ${commit}`, { commit });
  await using index = await copyIndex(checkout);
  await addAll(box, checkout, index);
  const write = { access: "write", checkout, env: index.env } as const;
  await runBoxed(box, { ...write, args: ["read-tree", "-u", "--reset", commit] });
  if (target.tree !== (await treeOf(checkout.gitCommonDir, parent))) {
    await runBoxed(box, { ...write, args: ["read-tree", "-m", parent] });
  }
  if (parent !== head.commit) await moveHead(checkout, head, parent);
  await index.install();
}

async function moveHead(checkout: Checkout, head: Head, to: string): Promise<void> {
  const change = { ref: "HEAD", to, expected: head.commit };
  const moved = await updateRefs(checkout.gitDir, [change], "heddle: undo");
  if (moved === "updated") return;
  throw new DaemonError(
    "conflict",
    `the branch of ${checkout.worktree} moved meanwhile: try again`,
  );
}

/**
 * Keeps what would be lost with the worktree under the thread's salvage ref, on top of what was
 * salvaged before, with the files of nested repositories. Nothing is kept when the tree is clean and HEAD is `landed` or part of it.
 */
export async function salvage(
  box: RunBoxedGit,
  checkout: Checkout,
  { threadId, landed }: { threadId: string; landed?: string },
): Promise<string | undefined> {
  const { gitCommonDir } = checkout;
  const ref = salvageRef(threadId);
  const [tree, head, before] = await Promise.all([
    wholeSnapshot(box, checkout),
    headOf(checkout),
    revParse(gitCommonDir, ref),
  ]);
  const clean = tree === (await treeOf(gitCommonDir, head.commit));
  if (clean && (head.commit === landed || head.commit === before)) return undefined;
  const parents = before ? [head.commit, before] : [head.commit];
  const message = `Work kept from ${threadId}`;
  const commit = clean && !before ? head.commit : await keep(checkout, { tree, parents, message });
  await updateRefs(gitCommonDir, [{ ref, to: commit, expected: before ?? "absent" }], message);
  return commit;
}

/** Keeps a tree that is about to be taken back, on top of what was salvaged before. */
export async function salvageTree(
  { gitCommonDir }: Checkout,
  { threadId, tree, head }: { threadId: string; tree: string; head: string },
): Promise<void> {
  const ref = salvageRef(threadId);
  const before = await revParse(gitCommonDir, ref);
  const parents = before ? [head, before] : [head];
  const message = `Work taken back from ${threadId}`;
  const to = await commitTree(gitCommonDir, { tree, parents, message, author: ourIdentity });
  await updateRefs(gitCommonDir, [{ ref, to, expected: before ?? "absent" }], message);
}

async function keep(
  { gitCommonDir }: Checkout,
  commit: { tree: string; parents: string[]; message: string },
): Promise<string> {
  return await commitTree(gitCommonDir, { ...commit, author: ourIdentity });
}
