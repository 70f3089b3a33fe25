import type { Mode, PlanContent, ReportedFinding } from "@heddle/protocol";

/** What a turn is for, and what holds it to that. The services provide it; see `TurnHost`. */
export interface Phase {
  readonly mode: Mode;
  /** What the model is told of it; undefined for work that was never told otherwise. */
  readonly brief: string | undefined;
  /** Looks at what an earlier daemon left, before a turn goes on. */
  takeUp(): Promise<void>;
  /** Judges the files after an effect; what may not be is taken back, and the model told so. */
  afterEffect(): Promise<string | undefined>;
  /** At the end, when nobody can be asked: what may not be is taken back. Whether something was. */
  conclude(): Promise<boolean>;
  /** Whether the checks have to pass also where the turn has changed nothing. */
  readonly isAlwaysChecked: boolean;
  /** Why the turn may not end yet, judged by what is there and not by what was said. */
  problems(): Promise<readonly string[]>;
  /** Stores a plan that a plan turn proposes. */
  propose(callId: string, content: PlanContent): void;
  /** Judges what a review says it has found; `record` stores what stands. */
  judgeFindings(
    callId: string,
    findings: readonly ReportedFinding[],
    summary: string,
  ): Promise<{ record: () => void; words: string }>;
}

/** In these nothing is written: there is no tool for it, and the box is mounted read-only. */
export function isReadOnly(mode: Mode): boolean {
  return mode === "plan" || mode === "review";
}
