import type { PlanContent } from "@heddle/protocol";
import { measureChange } from "../git/measure.ts";
import { globMatcher } from "./globs.ts";

export interface ChangedLines {
  readonly path: string;
  readonly additions: number;
  readonly deletions: number;
}

/** What has changed between two trees, counted as policies count it: no line can be hidden. */
export async function planChanges(
  gitDir: string,
  from: string,
  to: string,
): Promise<ChangedLines[]> {
  const files = await measureChange(gitDir, from, to);
  return files.map(({ path, added, deleted }) => ({ path, additions: added, deletions: deleted }));
}

/** Tells of a path whether the plan lets it change. A name without magic is itself, or a folder. */
export function planCovers(files: PlanContent["files"]): (path: string) => boolean {
  const folders = files.map((file) => (file.endsWith("/") ? file : `${file}/`));
  const globs = files.map((file) => globMatcher(file.endsWith("/") ? `${file}**` : file));
  return (path) =>
    files.includes(path) ||
    folders.some((folder) => path.startsWith(folder)) ||
    globs.some((matches) => matches(path));
}

export function linesOf(changes: readonly ChangedLines[]): number {
  return changes.reduce((sum, { additions, deletions }) => sum + additions + deletions, 0);
}
