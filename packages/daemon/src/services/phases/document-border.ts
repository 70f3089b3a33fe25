import type { RepositoryPaths } from "../../os/git-repository.ts";
import type { Sandbox } from "../../sandbox/types.ts";
import { type Restored, restorePaths } from "../git/take-back.ts";
import { forbiddenChanges } from "./document-changes.ts";

export interface BorderedFiles {
  readonly sandbox: Sandbox;
  readonly checkout: RepositoryPaths;
  /** The tree as it is, until something is said to have changed it. */
  readonly now: () => Promise<string>;
  readonly restored: Restored;
}

export interface Kept {
  readonly takenBack: readonly string[];
  /** What could not be taken back, or is written again and again. */
  readonly left: readonly string[];
}

/** So many folders within each other may each hide the next one from git. */
const passesAtMost = 20;

/**
 * Takes back whatever is more than documents and comments, until nothing of it is left: a file that
 * names what git ignores hides others for as long as it is there.
 */
export async function keepToDocuments(files: BorderedFiles, from: string): Promise<Kept> {
  const { sandbox, checkout, now, restored } = files;
  const takenBack = new Set<string>();
  for (let pass = 1; ; pass += 1) {
    const to = await now();
    const paths = from === to ? [] : await forbiddenChanges(checkout.gitDir, from, to);
    const isStuck = pass > passesAtMost || paths.every((path) => takenBack.has(path));
    if (isStuck) return { takenBack: [...takenBack], left: paths };
    await restorePaths(sandbox.git, checkout, { from, paths });
    await restored(from, paths);
    for (const path of paths) takenBack.add(path);
  }
}
