// Apart from the schemas, so that a command that only shows rows loads none.
import type { ThreadStatus } from "./thread-row.ts";
import type { EndState, TurnState } from "./turn.ts";

/** The statuses of a thread on which something is done at this moment. */
export const atWork: readonly ThreadStatus[] = ["provisioning", "queued", "running", "landing"];

/** The states in which a turn never changes again. */
export const endStates = ["done", "doneUnverified", "interrupted", "failed"] as const;

/** Whether it is one of `endStates`, for a caller that goes on with the narrower type. */
export function isEndState(state: TurnState): state is EndState {
  return endStates.some((end) => end === state);
}

/** Whether a turn in this state will never change again. */
export function turnEnded(state: TurnState): boolean {
  return isEndState(state);
}
