import type { ReportedFinding } from "@heddle/protocol";
import type { FileDiff } from "../git/diffs.ts";

export type MergedFinding = ReportedFinding & { readonly merged: number };

export interface Judged {
  /** The most urgent first. */
  readonly kept: readonly MergedFinding[];
  /** How many were dropped, since the change does not touch their place. */
  readonly outside: number;
}

/** What of a review stands: places that the diff shows, each thing said once. */
export function judgeFindings(
  findings: readonly ReportedFinding[],
  files: readonly FileDiff[],
): Judged {
  const placed = findings.map(normalized).filter((finding) => isInDiff(finding, files));
  const kept: MergedFinding[] = [];
  for (const finding of placed.toSorted(byUrgency)) {
    const at = kept.findIndex((known) => saysTheSame(known, finding));
    const known = kept[at];
    if (known) kept[at] = { ...known, merged: known.merged + 1 };
    else kept.push({ ...finding, merged: 0 });
  }
  return { kept, outside: findings.length - placed.length };
}

function normalized({ path, start, end, ...finding }: ReportedFinding): ReportedFinding {
  const [first, last] = [Math.min(start, end), Math.max(start, end)];
  return { ...finding, path: path.replace(/^\.\//, ""), start: first, end: last };
}

function isInDiff({ path, start, end }: ReportedFinding, files: readonly FileDiff[]): boolean {
  const file = files.find((one) => one.path === path);
  if (file === undefined) return false;
  // Of these no lines are shown that it could be held against.
  if (file.kind === "deleted" || file.truncated || file.hunks.length === 0) return true;
  return file.hunks.some(({ newStart, newLines }) => {
    return start <= newStart + Math.max(newLines, 1) - 1 && end >= newStart;
  });
}

function byUrgency(a: ReportedFinding, b: ReportedFinding): number {
  return (
    a.priority - b.priority ||
    b.confidence - a.confidence ||
    a.path.localeCompare(b.path) ||
    a.start - b.start
  );
}

/** So much of the words of two titles is shared where they mean one thing. */
const sameness = 0.5;

function saysTheSame(a: ReportedFinding, b: ReportedFinding): boolean {
  if (a.path !== b.path || a.start > b.end || b.start > a.end) return false;
  const [first, second] = [wordsOf(a.title), wordsOf(b.title)];
  const shared = [...first].filter((word) => second.has(word)).length;
  return shared >= sameness * Math.max(1, Math.min(first.size, second.size));
}

function wordsOf(text: string): Set<string> {
  return new Set(text.toLowerCase().match(/[\p{L}\p{N}_]{3,}/gu) ?? []);
}
