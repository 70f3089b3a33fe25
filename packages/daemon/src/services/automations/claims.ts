import { type Automation, type FindingId, newId, type Run, RunId } from "@heddle/protocol";
import type { Store } from "../../store/store.ts";
import type { Transaction } from "../journal.ts";

export interface Claim {
  readonly trigger: Run["trigger"];
  /** What the run stands for, once and for all. */
  readonly slot: string;
  readonly slotAt?: number;
  readonly slots?: number;
  readonly commit?: Run["commit"];
  readonly originRunId?: RunId | null;
  readonly findingId?: FindingId;
}

/** A run's row as it begins, or as it ends at once. */
export function newRun(
  tx: Transaction,
  automation: Automation,
  claim: Claim,
  outcome?: { readonly state: "missed" | "skipped"; readonly reason: string },
): Run {
  return {
    id: newId(RunId),
    automationId: automation.id,
    projectId: automation.projectId,
    trigger: claim.trigger,
    slot: claim.slot,
    slotAt: claim.slotAt ?? null,
    state: outcome?.state ?? "claimed",
    reason: outcome?.reason ?? null,
    slots: claim.slots ?? 1,
    commit: claim.commit ?? null,
    originRunId: claim.originRunId ?? null,
    findingId: claim.findingId ?? null,
    threadId: null,
    turnId: null,
    summary: null,
    counts: null,
    figures: {},
    failure: null,
    claimedAt: tx.now,
    startedAt: null,
    endedAt: outcome ? tx.now : null,
  };
}

export interface Claimed {
  readonly run: Run;
  /** Runs that make way for it. */
  readonly cancels: readonly Run[];
}

/**
 * Claims a slot; undefined when it was claimed before. What the automation says about runs that
 * overlap decides whether the run begins, waits, or is skipped.
 */
export function claimSlot(
  tx: Transaction,
  store: Store,
  automation: Automation,
  claim: Claim,
): Claimed | undefined {
  if (store.runs.ofSlot(automation.id, claim.trigger, claim.slot)) return undefined;
  // A fix stands in nobody's way, and nobody in its.
  const others = claim.trigger === "fix" ? [] : store.runs.lookingOf(automation.id);
  const reason = claim.trigger === "backfill" ? undefined : reasonToSkip(automation, others);
  const run = newRun(tx, automation, claim, reason ? { state: "skipped", reason } : undefined);
  tx.announce({ type: "runChanged", run });
  const cancels = automation.options.overlap === "cancelOther" ? others : [];
  return { run, cancels: reason ? [] : cancels };
}

function reasonToSkip({ options }: Automation, others: readonly Run[]): string | undefined {
  const [other] = others;
  if (other === undefined) return undefined;
  const which = other.state === "waitingForApproval" ? "waits for an answer" : "goes on";
  if (options.overlap === "skip") return `${other.id} ${which}`;
  const waiting = others.find(({ state }) => state === "claimed");
  if (options.overlap === "bufferOne" && waiting) return `${waiting.id} waits to begin already`;
  return undefined;
}
