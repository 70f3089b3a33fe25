import type { Thread, Turn, TurnId } from "@heddle/protocol";
import type { TurnOutcome } from "../agent/turn-host.ts";
import type { Store } from "../store/store.ts";
import type { Approvals } from "./approvals.ts";
import type { Transaction } from "./journal.ts";
import { planCarriedOut } from "./phases/plans.ts";
import type { ReviewRecord } from "./reviews/review-record.ts";
import { rows } from "./rows.ts";
import type { Tasks } from "./tasks.ts";
import { refreshThread } from "./thread-status.ts";
import { leaveUnread } from "./turn-messages.ts";

export interface EndServices {
  readonly store: Store;
  readonly tasks: Tasks;
  readonly approvals: Approvals;
  readonly reviewRecord: ReviewRecord;
}

/** Ends a turn with all that belongs to it: approvals, items, messages that nobody read. */
export function completeTurn(
  tx: Transaction,
  { store, tasks, approvals, reviewRecord }: EndServices,
  turn: Turn,
  outcome: TurnOutcome,
): void {
  approvals.cancelPending(tx, turn.id);
  leaveUnread(tx, store, turn);
  endItems(tx, store, turn.id);
  const completed: Turn = {
    ...turn,
    state: outcome.state,
    summary: "summary" in outcome ? outcome.summary : null,
    failure: "failure" in outcome ? outcome.failure : null,
    retryAt: null,
    completedAt: tx.now,
  };
  planCarriedOut(tx, store, completed);
  tx.record({ type: "turnCompleted", turn: completed });
  if (turn.mode === "review") reviewRecord.ended(tx, completed);
  const thread = rows.thread(store, turn.threadId);
  if (turn.mode === "review") tasks.setState(tx, thread.taskId, "done");
  else if (turn.mode !== "plan") setTaskState(tx, tasks, thread, outcome);
  const unlanded = turn.commit === null ? {} : { unlandedCommit: turn.commit };
  refreshThread(tx, store, thread.id, { lastTurn: outcome.state, ...unlanded });
}

function setTaskState(tx: Transaction, tasks: Tasks, thread: Thread, { state }: TurnOutcome): void {
  if (state === "done") tasks.setState(tx, thread.taskId, "review");
  if (state === "doneUnverified") tasks.setState(tx, thread.taskId, "unverified");
}

/** Items that an earlier daemon began, and that this turn did not come back to. */
function endItems(tx: Transaction, store: Store, turnId: TurnId): void {
  for (const item of store.items.runningOfTurn(turnId)) {
    const ended = { ...item, state: "interrupted", completedAt: tx.now } as const;
    tx.record({ type: "itemCompleted", item: ended }, store.items.text(item.id));
  }
}

/** Ends responses that an earlier daemon was cut off in, of one turn or of all. Calls take up their own items again. */
export function supersedeCutResponses(tx: Transaction, store: Store, turnId?: TurnId): void {
  const running = turnId ? store.items.runningOfTurn(turnId) : store.items.running();
  for (const item of running) {
    if (item.type !== "agentMessage" && item.type !== "reasoning") continue;
    const cut = { ...item, state: "superseded", completedAt: tx.now } as const;
    tx.record({ type: "itemCompleted", item: cut }, store.items.text(item.id));
  }
}
