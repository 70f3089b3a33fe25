import type { Thread } from "@heddle/protocol";

/** What a person wants to know of a thread: what it does, needs, or has come to. */
export function threadState(thread: Thread): string {
  switch (thread.status) {
    case "provisioning":
      return "preparing";
    case "waitingForApproval":
    case "waitingForUser":
      return "needs you";
    case "idle":
      return restingState(thread);
    case "queued":
    case "running":
    case "landing":
    case "failed":
    case "detached":
    case "archived":
      return thread.status;
  }
}

function restingState({ lastTurn, unlandedCommit, landedCommit }: Thread): string {
  if (lastTurn === "failed" || lastTurn === "interrupted") return lastTurn;
  if (unlandedCommit !== null) return "ready to land";
  return landedCommit === null ? "idle" : "landed";
}
