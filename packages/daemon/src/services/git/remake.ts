import { lstat, readFile } from "node:fs/promises";
import { join } from "node:path";
import { revParse } from "../../os/git-objects.ts";
import { addWorktreeAgain, repairWorktrees, updateRefs } from "../../os/git-refs.ts";
import { checkoutAt, findCheckout, readHead } from "../../os/git-repository.ts";
import type { Checkout, RunBoxedGit } from "../../sandbox/types.ts";
import { populate } from "./worktrees.ts";

export interface LostWorktree {
  readonly gitCommonDir: string;
  readonly path: string;
  /** Without `refs/heads/`. */
  readonly branch: string;
  /** What the branch held last, so far as is known. */
  readonly commit: string;
}

export interface Remade {
  readonly checkout: Checkout;
  /** Whether its files had to be written again. */
  readonly fresh: boolean;
}

/**
 * Brings a worktree back: one that is there is led to its repository, of one that is gone the
 * branch's files are written again. A branch that was deleted is made again.
 */
export async function remakeWorktree(box: RunBoxedGit, lost: LostWorktree): Promise<Remade> {
  const { gitCommonDir, path, branch, commit } = lost;
  const there = await lstat(join(path, ".git")).catch(() => undefined);
  if (there?.isFile()) {
    await repairWorktrees(gitCommonDir, [path]);
    const checkout = await checkoutAt(path);
    await remakeBranch(checkout, commit);
    return { checkout, fresh: false };
  }
  const ref = `refs/heads/${branch}`;
  if ((await revParse(gitCommonDir, ref)) === undefined) {
    await updateRefs(gitCommonDir, [{ ref, to: commit, expected: "absent" }], reason);
  }
  await addWorktreeAgain(gitCommonDir, { path, branch });
  const checkout = await findCheckout(path);
  await populate(box, checkout);
  return { checkout, fresh: true };
}

const reason = "heddle: restored";

/** Makes the branch of HEAD again if somebody has deleted it, at the commit that it held last. */
export async function remakeBranch(checkout: Checkout, fallback: string): Promise<void> {
  if (await readHead(checkout)) return;
  const { gitDir, gitCommonDir } = checkout;
  const head = await readFile(join(gitDir, "HEAD"), "utf8");
  const ref = /^ref: (refs\/heads\/\S+)\n*$/.exec(head)?.[1];
  if (ref === undefined || (await revParse(gitCommonDir, ref)) !== undefined) return;
  const last = await lastOfReflog(gitDir);
  const known = last && (await revParse(gitCommonDir, last));
  await updateRefs(gitCommonDir, [{ ref, to: known ?? fallback, expected: "absent" }], reason);
}

async function lastOfReflog(gitDir: string): Promise<string | undefined> {
  const log = await readFile(join(gitDir, "logs", "HEAD"), "utf8").catch(() => "");
  return log.trimEnd().split("\n").at(-1)?.split(" ")[1];
}
