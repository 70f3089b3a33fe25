import { mkdir, realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import { DaemonError } from "@heddle/protocol";
import { configEnvironment } from "../../os/git-objects.ts";
import {
  addWorktree,
  listRefs,
  removeWorktree as removeFromGit,
  updateRefs,
} from "../../os/git-refs.ts";
import { findCheckout } from "../../os/git-repository.ts";
import type { Checkout, RunBoxedGit } from "../../sandbox/types.ts";
import { runBoxed } from "./boxed.ts";

export interface ThreadWorktree {
  readonly checkout: Checkout;
  /** Without `refs/heads/`. */
  readonly branch: string;
}

/** A part of a branch name and a folder's name: `[a-z0-9-]`, at most 40 characters. */
export function slugOf(title: string): string {
  const plain = title.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const slug = plain.replace(/[^a-z0-9]+/g, "-").replace(/^-/, "");
  return slug.slice(0, 40).replace(/-$/, "") || "thread";
}

/** Makes `heddle/<slug>` at `commit` and a worktree of it below `root`, with all files in it. */
export async function createWorktree(
  box: RunBoxedGit,
  options: {
    gitCommonDir: string;
    root: string;
    title: string;
    commit: string;
    /** Told of the name before anything is made, so that what a crash leaves can be found. */
    reserve?: (branch: string) => void;
  },
): Promise<ThreadWorktree> {
  const { gitCommonDir, commit } = options;
  await mkdir(options.root, { recursive: true, mode: 0o700 });
  const root = await realpath(options.root);
  const name = await freeName(gitCommonDir, root, slugOf(options.title));
  const branch = `heddle/${name}`;
  const path = join(root, name);
  options.reserve?.(branch);
  await addWorktree(gitCommonDir, { path, branch, commit });
  try {
    const checkout = await findCheckout(path);
    await populate(box, checkout);
    return { checkout, branch };
  } catch (error) {
    await removeFromGit(gitCommonDir, { path, root });
    await updateRefs(gitCommonDir, [{ ref: `refs/heads/${branch}`, expected: commit }], "heddle");
    throw error;
  }
}

/** Writes the files of HEAD and an index of them into a worktree that has none yet. */
export async function populate(box: RunBoxedGit, checkout: Checkout): Promise<void> {
  const args = ["read-tree", "-u", "--reset", "HEAD"];
  const env = configEnvironment([["checkout.workers", "2"]]);
  await runBoxed(box, { access: "write", checkout, args, env });
}

/** Removes the folder and git's knowledge of it; the branch stays. Salvage first. */
export async function removeWorktree(checkout: Checkout, root: string): Promise<void> {
  const real = await realpath(root);
  await removeFromGit(checkout.gitCommonDir, { path: checkout.worktree, root: real });
}

/** Whether nothing is changed and nothing untracked, ignored files aside. */
export async function isClean(box: RunBoxedGit, checkout: Checkout): Promise<boolean> {
  const args = [
    "status",
    "--porcelain",
    "-z",
    "--untracked-files=normal",
    "--ignore-submodules=all",
  ];
  const { stdout } = await runBoxed(box, { access: "read", checkout, args });
  return stdout.length === 0;
}

async function freeName(gitCommonDir: string, root: string, slug: string): Promise<string> {
  const refs = await listRefs(gitCommonDir, "refs/heads/heddle");
  const taken = new Set(refs.map(({ ref }) => ref));
  if (taken.has("refs/heads/heddle")) {
    const advice = "rename it (`git branch -m heddle something-else`)";
    throw new DaemonError(
      "conflict",
      `a branch named heddle leaves no room for heddle/…: ${advice}`,
    );
  }
  for (let count = 1; ; count += 1) {
    const name = count === 1 ? slug : `${slug}-${count}`;
    const free = ![...taken].some((ref) => `${ref}/`.startsWith(`refs/heads/heddle/${name}/`));
    if (free && !(await exists(join(root, name)))) return name;
  }
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}
