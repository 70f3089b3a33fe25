import type { Automation, Run, Turn, TurnState } from "@heddle/protocol";
import { type RunOutcome, reviewOf } from "./run-work.ts";

/** What a run is doing while its turn is in a state. */
export function stateOfTurn(state: TurnState): Run["state"] {
  if (state === "waitingForApproval" || state === "waitingForUser") return "waitingForApproval";
  return state === "queued" ? "provisioning" : "running";
}

/** What the agent's turn came to: work that waits for review is something to do. */
export function outcomeOfTurn(turn: Turn, { name }: Automation): RunOutcome {
  if (turn.state === "interrupted")
    return { type: "cancelled", reason: "its turn was interrupted" };
  if (turn.state === "failed") return failed(turn);
  const summary = turn.summary ?? "";
  const unproven = turn.state === "doneUnverified";
  const finding = {
    fingerprint: reviewOf(turn.threadId),
    severity: unproven ? ("moderate" as const) : ("low" as const),
    title: unproven ? `${name}: done, but not proven` : `${name}: work waits for review`,
    detail: summary,
  };
  const found = turn.commit === null && !unproven ? [] : [finding];
  return { type: "checked", summary, found, covers: [] };
}

function failed({ failure }: Turn): RunOutcome {
  const known = failure ?? { kind: "internal", message: "its turn failed", details: {} };
  const outOfTime = known.kind === "budgetSpent" && String(known.details.what).includes("time");
  return outOfTime
    ? { type: "timedOut", reason: known.message }
    : { type: "failed", failure: known };
}
