import { tryGit } from "../../../os/git.ts";
import { treeOf } from "../../../os/git-objects.ts";

/** How a branch came to its tip. */
export interface BranchChange {
  readonly branch: string;
  readonly commit: string;
  readonly tree: string;
  readonly kind: "new" | "forward" | "rewritten";
  /** New commits, where it went forward. */
  readonly commits: number;
  /** The paths that differ; undefined for a new branch, where all of them count. */
  readonly paths: readonly string[] | undefined;
}

/** Says how a branch got from one commit to another; a commit that is gone was rewritten. */
export async function changeOf(
  gitDir: string,
  { branch, before, commit }: { branch: string; before: string | undefined; commit: string },
): Promise<BranchChange> {
  if (before === undefined) {
    const tree = await treeOf(gitDir, commit);
    return { branch, commit, tree, kind: "new", commits: 0, paths: undefined };
  }
  const both = `${before}...${commit}`;
  const [tree, counts, listing] = await Promise.all([
    treeOf(gitDir, commit),
    read(gitDir, ["rev-list", "--left-right", "--count", both]),
    read(gitDir, ["diff-tree", "-r", "-z", "--name-only", before, commit]),
  ]);
  const [behind, ahead = "0"] = counts?.trim().split("\t") ?? [];
  const paths = listing?.split("\0").filter(Boolean);
  const kind = behind === "0" ? "forward" : "rewritten";
  return { branch, commit, tree, kind, commits: Number(ahead), paths };
}

async function read(gitDir: string, args: readonly string[]): Promise<string | undefined> {
  const { exitCode, stdout } = await tryGit({ gitDir, args });
  return exitCode === 0 ? stdout.toString("utf8") : undefined;
}

export function describeChange({ kind, commits }: BranchChange): string {
  return kind === "forward" ? `forward by ${commits}` : kind;
}
