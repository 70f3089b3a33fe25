import type { PlanContent } from "@heddle/protocol";
import { globMatcher } from "./globs.ts";

export interface ChangedLines {
  readonly path: string;
  readonly additions: number;
  readonly deletions: number;
}

/** What has become of a plan, counted in its files. */
export interface Reality {
  readonly changes: readonly ChangedLines[];
  /** What has changed and is not in the plan. */
  readonly outside: readonly string[];
  /** Added and deleted, together. */
  readonly lines: number;
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

export function realityOf(plan: PlanContent, changes: readonly ChangedLines[]): Reality {
  const covers = planCovers(plan.files);
  const outside = changes.map(({ path }) => path).filter((path) => !covers(path));
  return { changes, outside, lines: linesOf(changes) };
}

export function linesOf(changes: readonly ChangedLines[]): number {
  return changes.reduce((sum, { additions, deletions }) => sum + additions + deletions, 0);
}

export function isWithin(plan: PlanContent, { outside, lines }: Reality): boolean {
  return outside.length === 0 && lines <= plan.lineBudget;
}
