import { lstatSync, realpathSync } from "node:fs";
import { basename, dirname, join } from "node:path";

/** Where a path leads by its links. What does not exist yet is taken by its name. */
export function realPathOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const folder = dirname(path);
    return folder === path ? path : join(realPathOf(folder), basename(path));
  }
}

/** Whether there is a link on the way from a folder to a path in it, as far as that exists. */
export function hasLink(folder: string, path: string): boolean {
  let at = folder;
  for (const name of path.slice(folder.length).split("/")) {
    if (name === "") continue;
    at = `${at}/${name}`;
    try {
      const found = lstatSync(at, { throwIfNoEntry: false });
      if (found === undefined) return false;
      if (found.isSymbolicLink()) return true;
    } catch {
      return false;
    }
  }
  return false;
}
