import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const underWay = ["MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD", "sequencer"];

/** The branches on which a rebase, merge, cherry-pick, revert or bisect goes on, in any worktree. */
export function branchesInOperation(gitCommonDir: string): Set<string> {
  const branches = gitDirsOf(gitCommonDir).flatMap((gitDir) => {
    const rebase = ["rebase-merge", "rebase-apply"].map((folder) =>
      readLine(join(gitDir, folder, "head-name")),
    );
    const bisect = readLine(join(gitDir, "BISECT_START"));
    const goesOn = underWay.some((name) => existsSync(join(gitDir, name)));
    const head = goesOn ? readLine(join(gitDir, "HEAD"))?.replace(/^ref: /, "") : undefined;
    return [...rebase, bisect, head];
  });
  const named = branches.flatMap((ref) => (ref ? [ref.replace(/^refs\/heads\//, "")] : []));
  return new Set(named);
}

function gitDirsOf(gitCommonDir: string): string[] {
  const folder = join(gitCommonDir, "worktrees");
  try {
    return [gitCommonDir, ...readdirSync(folder).map((name) => join(folder, name))];
  } catch {
    return [gitCommonDir];
  }
}

function readLine(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8").split("\n")[0];
  } catch {
    return undefined;
  }
}
