import type { Thread } from "@heddle/protocol";
import type { Paint } from "../terminal/style.ts";

/** How a thread's state is shown: what somebody has to look at stands out. */
export function paintState(cell: string, paint: Paint): string {
  const state = cell.trimEnd();
  if (["unverified", "failed", "detached"].includes(state)) return paint("red", cell);
  return state === "needs you" ? paint("yellow", cell) : cell;
}

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
  if (lastTurn === "doneUnverified") return "unverified";
  if (lastTurn === "failed" || lastTurn === "interrupted") return lastTurn;
  if (unlandedCommit !== null) return "ready to land";
  return landedCommit === null ? "idle" : "landed";
}
