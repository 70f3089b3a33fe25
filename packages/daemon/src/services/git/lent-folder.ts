import type { Dirent } from "node:fs";
import { copyFile, mkdir, readdir, readlink, symlink } from "node:fs/promises";
import { dirname, join, relative, resolve, sep } from "node:path";

export interface LentFolder {
  readonly source: string;
  readonly target: string;
  /** The roots of the two worktrees. */
  readonly from: string;
  readonly to: string;
}

/** Tools write here; every thread starts with none of its own. */
const mutable = /^\.(cache|tmp|turbo|parcel-cache|vite.*|vitest.*)$/;

/** Fills `target` with one link an entry of `source`; links are made again for the new worktree. */
export async function fillFolder(folder: LentFolder): Promise<void> {
  const entries = await readdir(folder.source, { withFileTypes: true });
  const kept = entries.filter(({ name }) => !mutable.test(name));
  await Promise.all(kept.map((entry) => lendEntry(folder, entry)));
}

async function lendEntry(folder: LentFolder, entry: Dirent): Promise<void> {
  const { name } = entry;
  const source = join(folder.source, name);
  const target = join(folder.target, name);
  if (entry.isSymbolicLink()) return await remakeLink({ ...folder, source, target });
  // A scope's packages may be links to the workspace, and so may commands.
  if (entry.isDirectory() && (name.startsWith("@") || name === ".bin")) {
    await mkdir(target);
    return await fillFolder({ ...folder, source, target });
  }
  // Git does not read a linked .gitignore.
  if (name === ".gitignore") return await copyFile(source, target);
  await symlink(source, target);
}

/** A link into the user's worktree leads to the same place in the thread's, any other stays. */
async function remakeLink({ source, target, from, to }: LentFolder): Promise<void> {
  const aim = resolve(dirname(source), await readlink(source));
  const inside = aim.startsWith(from + sep);
  const newAim = inside ? relative(dirname(target), join(to, relative(from, aim))) : aim;
  await symlink(newAim, target);
}
