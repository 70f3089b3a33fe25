import { readdir, readFile, rm } from "node:fs/promises";
import { join, resolve, sep } from "node:path";

/** What git writes of a worktree that it adds, in this order. */
const parts = ["gitdir", "HEAD", "commondir"];

/**
 * Removes what a `git worktree add` has left that was killed: while an empty `commondir` lies
 * there, git lists neither worktrees nor branches of this repository, and no git removes it. Only
 * what is below one of the `roots`; where it has not come to say where it is, what `isOwnName`
 * knows.
 */
export async function clearHalfMade(
  gitCommonDir: string,
  { roots, isOwnName }: { roots: readonly string[]; isOwnName: (name: string) => boolean },
): Promise<void> {
  const folder = join(gitCommonDir, "worktrees");
  for (const name of await readdir(folder).catch(() => [])) {
    const administrative = join(folder, name);
    const texts = await Promise.all(parts.map((part) => textOf(join(administrative, part))));
    if (texts.every((text) => text !== "")) continue;
    const [place] = texts;
    const isOwn = place ? isBelow(resolve(administrative, place), roots) : isOwnName(name);
    if (isOwn) await rm(administrative, { recursive: true, force: true });
  }
}

function isBelow(path: string, roots: readonly string[]): boolean {
  return roots.some((root) => path.startsWith(join(root, sep)));
}

async function textOf(file: string): Promise<string> {
  return (await readFile(file, "utf8").catch(() => "")).trim();
}
