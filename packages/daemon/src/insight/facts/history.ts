import type { HistoryFact } from "@heddle/protocol";
import { coChangeOf } from "./co-change.ts";
import type { LoggedCommit } from "./git-log.ts";
import type { Source, Subject } from "./subject.ts";
import { baseOf } from "./subject.ts";
import { byText, top } from "./top.ts";

/** What was read of a history. */
export interface History {
  readonly commits: readonly LoggedCommit[];
  /** Whether there is nothing before. */
  readonly whole: boolean;
}

/** Files that change because others do. */
const madeFiles =
  /^(?:package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|bun\.lockb?|Cargo\.lock|go\.sum|poetry\.lock|uv\.lock|Pipfile\.lock|composer\.lock|Gemfile\.lock)$/;

const atLeast = { commits: 3, branches: 5 };

/** What changes most, what is complex and changes, and what changes together. Only files that are still there count. */
export function historyOf(subject: Subject, { commits, whole }: History): HistoryFact {
  const churn = churnOf(subject, commits);
  const times = commits.map(({ at }) => at).filter((at) => at > 0);
  return {
    commits: commits.length,
    since: times.length === 0 ? null : times.reduce((a, b) => Math.min(a, b)),
    whole,
    authors: new Set(commits.map(({ author }) => author)).size,
    churn: top(
      churn.filter((row) => row.commits >= atLeast.commits),
      30,
    ),
    hotspots: top(hotspotsOf(subject, churn), 30),
    coChange: top(coChangeOf(subject, commits, isTold(subject)), 30),
  };
}

type Churn = HistoryFact["churn"]["rows"][number];

function isTold({ index }: Subject): (path: string) => boolean {
  return (path) => index.numberOf(path) !== undefined && !madeFiles.test(baseOf(path));
}

function churnOf(subject: Subject, commits: readonly LoggedCommit[]): Churn[] {
  const counts = isTold(subject);
  const rows = new Map<string, Churn>();
  for (const { path, added, deleted } of commits.flatMap(({ changes }) => changes)) {
    if (!counts(path)) continue;
    const row = rows.get(path) ?? { path, commits: 0, added: 0, deleted: 0 };
    rows.set(path, {
      path,
      commits: row.commits + 1,
      added: row.added + added,
      deleted: row.deleted + deleted,
    });
  }
  return [...rows.values()].sort((a, b) => b.commits - a.commits || byText(a.path, b.path));
}

function hotspotsOf(
  { index, sourceOf }: Subject,
  churn: readonly Churn[],
): HistoryFact["hotspots"]["rows"] {
  const heat = ({ commits, branches }: { commits: number; branches: number }) => commits * branches;
  return churn
    .map(({ path, commits }) => ({ commits, source: sourceOf(index.numberOf(path) ?? -1) }))
    .filter((row): row is { commits: number; source: Source } => row.source?.test === false)
    .map(({ commits, source: { path, symbols } }) => {
      return { path, commits, branches: symbols.branches, codeLines: symbols.codeLines };
    })
    .filter(({ commits, branches }) => commits >= atLeast.commits && branches >= atLeast.branches)
    .sort((a, b) => heat(b) - heat(a) || byText(a.path, b.path));
}
