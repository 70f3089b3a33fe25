import { join } from "node:path";
import { writeTree } from "../../os/git-objects.ts";
import type { Checkout, RunBoxedGit } from "../../sandbox/types.ts";
import { runBoxed } from "./boxed.ts";
import type { TemporaryIndex } from "./temporary-index.ts";

/** Folders of the worktree that are repositories of their own: git adds none of their files. */
export async function nestedRepositories(box: RunBoxedGit, checkout: Checkout): Promise<string[]> {
  const args = ["ls-files", "--others", "--exclude-standard", "-z"];
  const { stdout } = await runBoxed(box, { access: "read", checkout, args });
  const others = stdout.toString("utf8").split("\0");
  return others.filter((path) => path.endsWith("/")).map((path) => path.slice(0, -1));
}

/** Adds the files of a nested repository to `index`, and answers with the tree of all then. */
export async function addNested(
  box: RunBoxedGit,
  checkout: Checkout,
  { folder, index }: { folder: string; index: TemporaryIndex },
): Promise<string> {
  const { gitDir, worktree } = checkout;
  const inner = { GIT_INDEX_FILE: `${index.file}-nested` };
  const env = { ...inner, GIT_WORK_TREE: join(worktree, folder) };
  const write = { access: "write", checkout } as const;
  const args = ["-C", folder, "add", "--all", "--ignore-errors", "."];
  await runBoxed(box, { ...write, args, env }, [0, 1]);
  const tree = await writeTree(gitDir, inner.GIT_INDEX_FILE);
  const graft = ["read-tree", `--prefix=${folder}/`, tree];
  await runBoxed(box, { ...write, args: graft, env: index.env });
  return await writeTree(gitDir, index.file);
}
