import {
  type Automation,
  type Finding,
  type FindingCounts,
  FindingId,
  newId,
  type Run,
  Severity,
} from "@heddle/protocol";
import type { Store } from "../../store/store.ts";
import type { Transaction } from "../journal.ts";
import type { Found } from "./run-work.ts";

export const noCounts: FindingCounts = {
  new: 0,
  reopened: 0,
  worse: 0,
  open: 0,
  fixed: 0,
  accepted: 0,
};

interface Merge {
  readonly run: Run;
  readonly kind: Finding["kind"];
  readonly found: readonly Found[];
  /** Whether a finding that was not seen was looked for. */
  readonly covers: (finding: Finding) => boolean;
}

/** Compares what a run found with what is known; each finding that changes is stored. */
export function mergeFindings(
  tx: Transaction,
  store: Store,
  { id: automationId, projectId }: Pick<Automation, "id" | "projectId">,
  { run, kind, found, covers }: Merge,
): FindingCounts {
  const counts = { ...noCounts };
  const seen = new Map(found.map((one) => [one.fingerprint, one]));
  const known = store.findings.where({ automation_id: automationId, kind });
  const before = new Map(known.map((finding) => [finding.fingerprint, finding]));
  for (const one of seen.values()) {
    const old = before.get(one.fingerprint);
    const ids = { automationId, projectId, kind };
    const finding = old
      ? seenAgain(old, one, { run, now: tx.now, counts })
      : firstSeen(one, { run, now: tx.now, ...ids });
    if (old === undefined) counts.new += 1;
    tx.announce({ type: "findingChanged", finding });
  }
  for (const finding of known) {
    const gone = !seen.has(finding.fingerprint) && finding.state !== "fixed";
    if (!gone || !covers(finding)) continue;
    counts.fixed += 1;
    const fixed = { ...finding, state: "fixed", fixedAt: tx.now, lastRunId: run.id } as const;
    tx.announce({ type: "findingChanged", finding: fixed });
  }
  return counts;
}

function firstSeen(
  one: Found,
  {
    run,
    now,
    ...ids
  }: { run: Run; now: number } & Pick<Finding, "automationId" | "projectId" | "kind">,
): Finding {
  return {
    id: newId(FindingId),
    ...ids,
    fingerprint: one.fingerprint,
    state: "new",
    inbox: "unread",
    ...described(one),
    firstRunId: run.id,
    lastRunId: run.id,
    firstSeenAt: now,
    lastSeenAt: now,
    fixedAt: null,
    snoozedUntil: null,
    accepted: null,
    threadId: null,
  };
}

function described(
  one: Found,
): Pick<Finding, "severity" | "title" | "detail" | "path" | "line" | "remedy"> {
  return {
    severity: one.severity,
    title: one.title,
    detail: one.detail,
    path: one.path ?? null,
    line: one.line ?? null,
    remedy: one.remedy ?? null,
  };
}

function seenAgain(
  old: Finding,
  one: Found,
  { run, now, counts }: { run: Run; now: number; counts: FindingCounts },
): Finding {
  const row = { ...old, ...described(one), lastRunId: run.id, lastSeenAt: now, fixedAt: null };
  const worse = rank(one.severity) > rank(old.severity);
  if (old.state === "accepted" && !worse) {
    counts.accepted += 1;
    return row;
  }
  if (old.state === "fixed") {
    counts.reopened += 1;
    return { ...row, state: "reopened", inbox: "unread", accepted: null };
  }
  if (worse) counts.worse += 1;
  counts.open += 1;
  return { ...row, state: "open", inbox: worse ? "unread" : old.inbox };
}

function rank(severity: Severity): number {
  return Severity.options.indexOf(severity);
}
