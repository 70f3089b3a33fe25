import type {
  Automation,
  Failure,
  Finding,
  FindingCounts,
  Run,
  RunState,
  Severity,
  ThreadId,
} from "@heddle/protocol";

/** One thing that a run found. The same fingerprint is the same finding, however often it is seen. */
export interface Found {
  readonly fingerprint: string;
  readonly severity: Severity;
  readonly title: string;
  readonly detail: string;
  readonly path?: string;
  readonly line?: number;
  /** What would fix it, in words. */
  readonly remedy?: string;
}

/** The fingerprint of a thread's work that waits for review. */
export function reviewOf(threadId: ThreadId): string {
  return `review|${threadId}`;
}

/** Whether a finding is that work waits for review, which no run looks for. */
export function isReview({ fingerprint }: Pick<Finding, "fingerprint">): boolean {
  return fingerprint.startsWith("review|");
}

/** What came of a run's work. */
export type RunOutcome =
  | {
      readonly type: "checked";
      readonly summary: string;
      readonly found: readonly Found[];
      readonly figures?: Readonly<Record<string, number>>;
      /** Fingerprints that begin so were looked for; without them, all of the automation's. */
      readonly covers?: readonly string[];
    }
  | { readonly type: "couldNotCheck"; readonly reason: string; readonly advice: string }
  | { readonly type: "failed"; readonly failure: Failure }
  | { readonly type: "timedOut"; readonly reason: string }
  | { readonly type: "cancelled"; readonly reason: string };

export type OutcomeState = Extract<
  RunState,
  "clean" | "findings" | "couldNotCheck" | "failed" | "timedOut" | "cancelled"
>;

/** Clean is only what was looked at and gave nothing to do. */
export function stateOf(outcome: RunOutcome, counts: FindingCounts | undefined): OutcomeState {
  if (outcome.type !== "checked") return outcome.type;
  const left = counts ? counts.new + counts.reopened + counts.open : outcome.found.length;
  return left > 0 ? "findings" : "clean";
}

/** Does the work of runs. What comes of it is told once, by `settle`. */
export interface RunWorker {
  /** Begins a run, or takes it up again after a restart. Never rejects. */
  begin(run: Run, automation: Automation): void;
  /** Stops the work of a run that has its outcome already. */
  stop(run: Run): void;
}

/** Tells the outcome of a run; only the first one counts. */
export type Settle = (runId: Run["id"], outcome: RunOutcome) => void;
