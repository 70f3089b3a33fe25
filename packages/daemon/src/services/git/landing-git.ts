import { mkdir, realpath } from "node:fs/promises";
import { join } from "node:path";
import { DaemonError } from "@heddle/protocol";
import { type Commit, commitsBetween, mergeBase, revParse, treeOf } from "../../os/git-objects.ts";
import { addWorktree } from "../../os/git-refs.ts";
import { findCheckout, readIdentity } from "../../os/git-repository.ts";
import type { Checkout, RunBoxedGit } from "../../sandbox/types.ts";
import { type Rebased, replay, squash } from "./rebase.ts";
import { populate, removeWorktree } from "./worktrees.ts";

export interface LandingRequest {
  readonly gitCommonDir: string;
  /** The thread's commit that was reviewed. */
  readonly head: string;
  /** The full name of the branch to land on. */
  readonly targetRef: string;
  /** Where the scratch worktree is made, under the name of the landing. */
  readonly scratchRoot: string;
  readonly name: string;
  /** Present to land one commit; without a message it is made from the thread's. */
  readonly squash?: { readonly message?: string };
}

export type PreparedLanding =
  | {
      readonly type: "prepared";
      readonly scratch: Checkout;
      readonly targetTip: string;
      /** What the target becomes. */
      readonly tip: string;
      readonly tree: string;
      /** New commits on top of the target, oldest first. */
      readonly commits: readonly string[];
      /** One commit, asked for or because the commits one by one would have collided. */
      readonly squashed: boolean;
    }
  | { readonly type: "conflict"; readonly targetTip: string; readonly files: readonly string[] };

/**
 * Rebases the thread's commits onto the target without touching a worktree, then writes the result
 * into a scratch one, for the checks. Neither the thread nor the target changes.
 */
export async function prepareLanding(
  box: RunBoxedGit,
  request: LandingRequest,
): Promise<PreparedLanding> {
  const { gitCommonDir } = request;
  const targetTip = await targetCommit(request);
  const rebased = await rebase(request, targetTip);
  if ("conflicts" in rebased) return { type: "conflict", targetTip, files: rebased.conflicts };
  const { commits, squashed } = rebased;
  const tip = commits.at(-1);
  if (!tip) throw nothingToLand(request);
  const scratch = await makeScratch(box, { ...request, commit: tip });
  const tree = await treeOf(gitCommonDir, tip);
  return { type: "prepared", scratch, targetTip, tip, tree, commits, squashed };
}

export async function removeScratch(scratch: Checkout, scratchRoot: string): Promise<void> {
  await removeWorktree(scratch, scratchRoot);
}

async function targetCommit({ gitCommonDir, targetRef }: LandingRequest): Promise<string> {
  const tip = await revParse(gitCommonDir, targetRef);
  if (tip) return tip;
  throw new DaemonError("notFound", `no branch ${targetRef} to land on: name another`, {
    targetRef,
  });
}

async function rebase(request: LandingRequest, targetTip: string): Promise<Rebased> {
  const { gitCommonDir, head } = request;
  const base = await mergeBase(gitCommonDir, targetTip, head);
  if (!base) {
    const message = `${request.targetRef} and the thread have no history in common`;
    throw new DaemonError("conflict", `${message}: name another target`);
  }
  if (base === head) throw nothingToLand(request);
  const commits = await commitsBetween(gitCommonDir, targetTip, head);
  const committer = await readIdentity(gitCommonDir);
  const work = { gitDir: gitCommonDir, commits, onto: targetTip, head, committer };
  if (request.squash) return await squash(work, request.squash.message);
  if (base === targetTip) return { commits: commits.map(({ commit }) => commit), squashed: false };
  if (commits.some(isMerge)) return await squash(work);
  const replayed = await replay(work);
  // A later commit may have undone what collides, or already hold the target's change.
  const together = "conflicts" in replayed && commits.length > 1 ? await squash(work) : replayed;
  return "conflicts" in together ? replayed : together;
}

function isMerge({ parents }: Commit): boolean {
  return parents.length > 1;
}

/** A worktree of a commit that belongs to no thread, for checks to run in. */
export async function makeScratch(
  box: RunBoxedGit,
  request: Pick<LandingRequest, "gitCommonDir" | "scratchRoot" | "name"> & { commit: string },
): Promise<Checkout> {
  const { gitCommonDir, scratchRoot, name, commit } = request;
  await mkdir(scratchRoot, { recursive: true, mode: 0o700 });
  const path = join(await realpath(scratchRoot), name);
  await addWorktree(gitCommonDir, { path, commit });
  const scratch = await findCheckout(path);
  try {
    await populate(box, scratch);
    return scratch;
  } catch (error) {
    await removeScratch(scratch, scratchRoot);
    throw error;
  }
}

function nothingToLand({ targetRef, head }: LandingRequest): DaemonError {
  return new DaemonError("nothingToLand", `${targetRef} already has all of this work`, { head });
}
