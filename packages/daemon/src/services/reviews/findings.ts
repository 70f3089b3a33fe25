import { findingBodyLength, type ReportedFinding } from "@heddle/protocol";
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
    if (known) kept[at] = merge(known, finding);
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

/** Two titles mean one thing where more than this share of all their words is in both. */
const sameness = 0.5;

/** Words that say nothing of what a title is about. */
const fillers = new Set(["a", "an", "the", "this", "that", "is", "are", "be", "to", "of", "in"]);

function saysTheSame(a: ReportedFinding, b: ReportedFinding): boolean {
  if (a.path !== b.path || a.start > b.end || b.start > a.end) return false;
  if (bare(a.title) === bare(b.title)) return true;
  const [first, second] = [wordsOf(a.title), wordsOf(b.title)];
  const shared = first.intersection(second).size;
  return shared > sameness * first.union(second).size;
}

/** A title without case and punctuation; one of nothing else is itself. */
function bare(title: string): string {
  return lettered(title).join(" ") || title;
}

function wordsOf(title: string): Set<string> {
  return new Set(lettered(title).filter((word) => !fillers.has(word)));
}

function lettered(text: string): string[] {
  return (
    text
      .normalize("NFKC")
      .toLowerCase()
      .match(/[\p{L}\p{M}\p{N}_]+/gu) ?? []
  );
}

/** The more urgent one, with what only the other says. */
function merge(known: MergedFinding, { title, body }: ReportedFinding): MergedFinding {
  const merged = known.merged + 1;
  if (known.body.includes(body)) return { ...known, merged };
  const other = bare(title) === bare(known.title) ? body : `${title}: ${body}`;
  const both = [known.body, other].filter((text) => text !== "").join("\n\n");
  return { ...known, merged, body: both.slice(0, findingBodyLength).trimEnd() };
}
