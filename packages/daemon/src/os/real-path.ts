import { realpathSync } from "node:fs";
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
