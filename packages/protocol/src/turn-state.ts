import type { EndState, TurnState } from "./turn.ts";

/** Without a schema, so that a client that only shows turns loads none. */
export const endStates = ["done", "doneUnverified", "interrupted", "failed"] as const;

export function isEndState(state: TurnState): state is EndState {
  return endStates.some((end) => end === state);
}

/** Whether a turn in this state will never change again. */
export function turnEnded(state: TurnState): boolean {
  return isEndState(state);
}
