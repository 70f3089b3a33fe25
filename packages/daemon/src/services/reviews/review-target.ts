import { DaemonError, type Project, type ReviewTarget, type Thread } from "@heddle/protocol";
import { git } from "../../os/git.ts";
import { commitTree, mergeBase, revParse, treeOf } from "../../os/git-objects.ts";
import { headOf, ourIdentity, type RepositoryPaths } from "../../os/git-repository.ts";
import type { RunBoxedGit } from "../../sandbox/types.ts";
import { snapshot } from "../git/checkpoints.ts";
import { namedCommit } from "./named-commit.ts";

/** A change to be reviewed. */
export interface ReviewedChange {
  /** What was asked for; a commit by its full name. */
  readonly target: ReviewTarget;
  /** In words, such as `the branch fix-it`. */
  readonly what: string;
  readonly from: string;
  /** A tree. */
  readonly to: string;
  /** The commit that has this tree: what the reviewer's worktree is made of. */
  readonly commit: string;
}

type FoundChange = Omit<ReviewedChange, "target">;

export interface TargetGround {
  readonly run: RunBoxedGit;
  readonly project: Project;
  /** The user's own checkout. */
  readonly checkout: RepositoryPaths;
  /** The thread with its checkout, for a review of one. */
  readonly thread?: { readonly row: Thread; readonly checkout: RepositoryPaths };
}

/** Finds what a target stands for now; one that does not exist, or is empty, is refused. */
export async function resolveTarget(
  target: ReviewTarget,
  ground: TargetGround,
): Promise<ReviewedChange> {
  const change = await changeOf(target, ground);
  const from = await treeOf(ground.checkout.gitCommonDir, change.from);
  const { commit } = change;
  const named = target.type === "commit" ? { ...target, commit } : target;
  if (from !== change.to) return { ...change, target: named };
  throw new DaemonError("notFound", `there is nothing to review: ${change.what} changes no file`);
}

async function changeOf(target: ReviewTarget, ground: TargetGround): Promise<FoundChange> {
  switch (target.type) {
    case "uncommitted": {
      const what = "what is not committed";
      return await changeOfFiles(ground, { what, checkout: ground.checkout });
    }
    case "thread": {
      const { thread } = ground;
      if (thread === undefined) throw new Error("the thread of the target was not looked up");
      const what = `the thread “${thread.row.title}”`;
      const from = thread.row.baseCommit;
      return await changeOfFiles(ground, { what, checkout: thread.checkout, from });
    }
    case "branch":
      return await changeOfBranch(target.branch, ground);
    case "commit":
      return await changeOfCommit(target.commit, ground.checkout.gitDir);
  }
}

/** The files as they are, with a commit that holds them; nobody's branch moves. */
async function changeOfFiles(
  { run }: TargetGround,
  { what, checkout, from }: { what: string; checkout: RepositoryPaths; from?: string },
): Promise<FoundChange> {
  const [to, head] = await Promise.all([snapshot(run, checkout), headOf(checkout)]);
  const kept = { tree: to, parents: [head.commit], message: `Review of ${what}` };
  const commit = await commitTree(checkout.gitCommonDir, { ...kept, author: ourIdentity });
  return { what, from: from ?? head.commit, to, commit };
}

async function changeOfBranch(
  branch: string,
  { project, checkout: { gitCommonDir } }: TargetGround,
): Promise<FoundChange> {
  const target = project.settings.target ?? project.defaultTarget;
  const [commit, base] = await Promise.all(
    [branch, target].map((name) => revParse(gitCommonDir, `refs/heads/${name}`)),
  );
  if (commit === undefined) {
    const message = `${project.name} has no branch ${branch} to review; \`git branch\` lists them`;
    throw new DaemonError("notFound", message, { branch });
  }
  const from = base === undefined ? undefined : await mergeBase(gitCommonDir, base, commit);
  if (from === undefined) {
    const message = `${branch} has nothing in common with ${target}; review its commits instead`;
    throw new DaemonError("notFound", message, { branch, target });
  }
  return { what: `the branch ${branch}`, from, to: await treeOf(gitCommonDir, commit), commit };
}

async function changeOfCommit(given: string, gitDir: string): Promise<FoundChange> {
  const commit = await namedCommit(gitDir, given);
  const parent = await revParse(gitDir, `${commit}^`);
  // Before the first commit there were no files.
  const from = parent ?? (await git({ gitDir, args: ["mktree"], input: "" })).trim();
  const to = await treeOf(gitDir, commit);
  return { what: `the commit ${commit.slice(0, 10)}`, from, to, commit };
}
