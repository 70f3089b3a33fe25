import type { PlanContent } from "@heddle/protocol";
import picomatch from "picomatch";

export interface ChangedLines {
  readonly path: string;
  readonly additions: number;
  readonly deletions: number;
}

/** Tells of a path whether the plan lets it change. A name without magic is itself, or a folder. */
export function planCovers(files: PlanContent["files"]): (path: string) => boolean {
  const names = files.map((file) => file.replace(/^\.\//, ""));
  const folders = names.map((name) => `${name.replace(/\/$/, "")}/`);
  const globs = names.map((name) => picomatch(name, { dot: true }));
  return (path) =>
    names.includes(path) ||
    folders.some((folder) => path.startsWith(folder)) ||
    globs.some((matches) => matches(path));
}

export function linesOf(changes: readonly ChangedLines[]): number {
  return changes.reduce((sum, { additions, deletions }) => sum + additions + deletions, 0);
}
