import { mergeBase, revParse } from "../../os/git-objects.ts";
import { listRefs, listWorktrees, updateRefs } from "../../os/git-refs.ts";
import type { Checkout, RunBoxedGit } from "../../sandbox/types.ts";
import { checkpointRef, salvage, salvageRef } from "./checkpoints.ts";
import { removeWorktree } from "./worktrees.ts";

export interface ThreadRemains {
  readonly threadId: string;
  readonly gitCommonDir: string;
  /** Absent when the worktree is gone: then the branch is all that there is. */
  readonly checkout: Checkout | undefined;
  /** The folder below which worktrees may be removed. */
  readonly root: string;
  /** Without `refs/heads/`. */
  readonly branch: string | null;
  /** The branch that the thread lands on, likewise. */
  readonly target: string;
  /** The commit up to which the thread's work is not its own, or has landed. */
  readonly landed: string;
}

/**
 * Removes all that a thread has in a repository: worktree, branch and checkpoints. What has not
 * landed is first kept under the salvage ref, which is the answer if there is one. Repeating it
 * after a crash does the rest.
 */
export async function putAway(
  box: RunBoxedGit,
  remains: ThreadRemains,
): Promise<string | undefined> {
  const { threadId, gitCommonDir, checkout, landed } = remains;
  if (checkout) await salvage(box, checkout, { threadId, landed });
  await salvageBranch(remains);
  if (checkout) await removeWorktree(checkout, remains.root);
  await removeBranch(remains);
  await removeCheckpoints(gitCommonDir, threadId);
  const ref = salvageRef(threadId);
  return (await revParse(gitCommonDir, ref)) === undefined ? undefined : ref;
}

/** Keeps a branch that the worktree did not have checked out, or of which the worktree is gone. */
async function salvageBranch(remains: ThreadRemains): Promise<void> {
  const { gitCommonDir, threadId, branch, landed } = remains;
  const tip = branch && (await revParse(gitCommonDir, `refs/heads/${branch}`));
  if (!tip || (await isPartOf(gitCommonDir, tip, landed))) return;
  const ref = salvageRef(threadId);
  const before = await revParse(gitCommonDir, ref);
  if (before !== undefined) return;
  const change = { ref, to: tip, expected: "absent" };
  await updateRefs(gitCommonDir, [change], `Work kept from ${threadId}`);
}

/** The branch stays where it is checked out, and where anything in it is held by no other ref. */
async function removeBranch({
  gitCommonDir,
  threadId,
  branch,
  target,
}: ThreadRemains): Promise<void> {
  const ref = `refs/heads/${branch}`;
  const tip = branch && (await revParse(gitCommonDir, ref));
  if (!tip || (await listWorktrees(gitCommonDir)).some((other) => other.ref === ref)) return;
  for (const holder of [salvageRef(threadId), `refs/heads/${target}`]) {
    const commit = await revParse(gitCommonDir, holder);
    if (commit === undefined || !(await isPartOf(gitCommonDir, tip, commit))) continue;
    await updateRefs(gitCommonDir, [{ ref, expected: tip }], "heddle: archived");
    return;
  }
}

async function removeCheckpoints(gitCommonDir: string, threadId: string): Promise<void> {
  const refs = await listRefs(gitCommonDir, checkpointRef(threadId, ""));
  if (refs.length === 0) return;
  const changes = refs.map(({ ref, commit }) => ({ ref, expected: commit }));
  await updateRefs(gitCommonDir, changes, "heddle: archived");
}

async function isPartOf(gitCommonDir: string, part: string, whole: string): Promise<boolean> {
  return part === whole || (await mergeBase(gitCommonDir, part, whole)) === part;
}
