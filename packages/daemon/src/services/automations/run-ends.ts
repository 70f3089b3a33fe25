import {
  type Automation,
  type Finding,
  type FindingCounts,
  type Run,
  type RunState,
  runEnded,
} from "@heddle/protocol";
import type { Store } from "../../store/store.ts";
import type { Transaction } from "../journal.ts";
import { type Claimed, claimSlot } from "./claims.ts";
import { mergeFindings } from "./finding-merge.ts";
import { claimFixes } from "./fixes.ts";
import { type Found, isReview, type RunOutcome, stateOf } from "./run-work.ts";

export interface Ended {
  readonly run: Run;
  /** Runs of automations that follow this one. */
  readonly claimed: readonly Claimed[];
}

/** Gives a run its outcome with all that follows from it; undefined when it has one already. */
export function endRun(
  tx: Transaction,
  store: Store,
  runId: string,
  outcome: RunOutcome,
): Ended | undefined {
  const before = store.runs.find(runId);
  const automation = before && store.automations.find(before.automationId);
  if (automation === undefined || runEnded(before?.state ?? "failed")) return undefined;
  const run = before as Run;
  const counts = outcome.type === "checked" ? merge(tx, store, { run, outcome }) : undefined;
  const state = stateOf(outcome, counts);
  const ended: Run = { ...run, state, ...told(outcome), counts: counts ?? null, endedAt: tx.now };
  tx.announce({ type: "runChanged", run: ended });
  tellOfRun(tx, store, automation, ended);
  prune(tx, store, automation);
  if (ended.trigger === "fix") return { run: ended, claimed: [] };
  judge(tx, automation, ended);
  const fixes = claimFixes(tx, store, automation, ended);
  return { run: ended, claimed: [...fixes, ...followers(tx, store, ended)] };
}

function merge(
  tx: Transaction,
  store: Store,
  { run, outcome }: { run: Run; outcome: Extract<RunOutcome, { type: "checked" }> },
): FindingCounts {
  const { covers, found } = outcome;
  const id = run.automationId;
  return mergeFindings(
    tx,
    store,
    { id, projectId: run.projectId },
    {
      run,
      kind: "finding",
      found,
      covers: (finding) =>
        !isReview(finding) &&
        (covers === undefined || covers.some((prefix) => finding.fingerprint.startsWith(prefix))),
    },
  );
}

function told(outcome: RunOutcome): Pick<Run, "summary" | "reason" | "failure" | "figures"> {
  const nothing = { summary: null, reason: null, failure: null, figures: {} };
  switch (outcome.type) {
    case "checked":
      return { ...nothing, summary: outcome.summary, figures: { ...outcome.figures } };
    case "couldNotCheck":
      return { ...nothing, reason: `${outcome.reason}; ${outcome.advice}` };
    case "failed":
      return { ...nothing, reason: outcome.failure.message, failure: outcome.failure };
    case "timedOut":
    case "cancelled":
      return { ...nothing, reason: outcome.reason };
  }
}

const troubles: Partial<Record<RunState, string>> = {
  couldNotCheck: "could not check",
  failed: "failed",
  timedOut: "took too long",
  missed: "missed",
};

/** A run that says nothing about the code is a row of the inbox, until one does. */
export function tellOfRun(tx: Transaction, store: Store, automation: Automation, run: Run): void {
  const trouble = troubles[run.state];
  const isWell = run.state === "clean" || run.state === "findings";
  if (trouble === undefined && !isWell) return;
  const found: Found[] = trouble ? [troubleOf(automation, run, trouble)] : [];
  const covers = ({ fingerprint }: Finding) => isWell && fingerprint.startsWith(troublePrefix(run));
  mergeFindings(tx, store, automation, { run, kind: "run", found, covers });
}

/** That a fix came to its end says nothing about whether its automation can look. */
function troublePrefix({ trigger }: Run): "run|" | "fix|" {
  return trigger === "fix" ? "fix|" : "run|";
}

function troubleOf({ name }: Automation, run: Run, trouble: string): Found {
  return {
    fingerprint: `${troublePrefix(run)}${run.state}`,
    severity: run.state === "missed" ? "low" : "moderate",
    title: run.trigger === "fix" ? `${name}: a fix ${trouble}` : `${name}: ${trouble}`,
    detail: run.reason ?? "",
  };
}

/** Counts failures; after so many in a row the automation pauses. */
function judge(tx: Transaction, automation: Automation, run: Run): void {
  const failed = run.state === "failed" || run.state === "timedOut";
  const failures = failed ? automation.failures + 1 : failureCount(automation, run.state);
  const limit = automation.options.pauseAfterFailures;
  const pauses = failed && limit > 0 && failures >= limit && automation.paused === null;
  const reason = `${failures} runs in a row failed, the last one because ${run.reason}`;
  const paused = pauses ? ({ reason, at: tx.now, by: "failures" } as const) : automation.paused;
  const changed = { ...automation, failures, paused, lastState: run.state, updatedAt: tx.now };
  tx.announce({ type: "automationChanged", automation: changed });
}

/** Whoever could not look, or was stopped, has neither failed nor done well. */
function failureCount({ failures }: Automation, state: RunState): number {
  return state === "clean" || state === "findings" ? 0 : failures;
}

export function prune(tx: Transaction, store: Store, { id, options }: Automation): void {
  const runIds = store.runs.beyond(id, options.keepRuns);
  if (runIds.length > 0) tx.announce({ type: "runsPruned", runIds: runIds as Run["id"][] });
}

function followers(tx: Transaction, store: Store, run: Run): Claimed[] {
  const isWanted = ({ trigger, paused }: Automation) =>
    paused === null &&
    trigger.type === "after" &&
    trigger.automationId === run.automationId &&
    (trigger.on === "any" || trigger.on === run.state);
  return store.automations.where({ trigger: "after" }).flatMap((automation) => {
    if (!isWanted(automation)) return [];
    const claim = { trigger: "after", slot: run.id, originRunId: run.id } as const;
    return claimSlot(tx, store, automation, claim) ?? [];
  });
}
