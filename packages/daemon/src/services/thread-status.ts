import { type Thread, type ThreadStatus, TurnState, turnEnded } from "@heddle/protocol";
import type { Store } from "../store/store.ts";
import type { Transaction } from "./journal.ts";

/** The states of a landing that goes on. */
export const openLandings = ["queued", "reviewing", "rebasing", "checking", "moving"];

/** What a thread is doing, as its turns and landings have it. */
function statusOf(store: Store, thread: Thread): ThreadStatus {
  if (thread.status === "archived") return "archived";
  if (thread.failure !== null) return isDetached(thread) ? "detached" : "failed";
  if (thread.worktree === null) return "provisioning";
  if (store.landings.count({ thread_id: thread.id, state: openLandings }) > 0) return "landing";
  const states = store.turns
    .where({ thread_id: thread.id, state: openTurns })
    .map(({ state }) => state);
  const running = states.find((state) => state !== "queued");
  if (running === "waitingForApproval" || running === "waitingForUser") return running;
  if (running !== undefined) return "running";
  return states.length > 0 ? "queued" : "idle";
}

/** Whether the thread was found without its worktree, its branch or its repository. */
export function isDetached({ failure }: Pick<Thread, "failure">): boolean {
  return failure?.kind === "detached";
}

export const openTurns: TurnState[] = TurnState.options.filter((state) => !turnEnded(state));

/** Brings the thread's status up to date, with other changes to its row, if there are any. */
export function refreshThread(
  tx: Transaction,
  store: Store,
  threadId: string,
  changes: Partial<Thread> = {},
): void {
  const before = store.threads.find(threadId);
  if (before === undefined) return;
  const changed = { ...before, ...changes };
  const status = statusOf(store, changed);
  if (status === before.status && Object.keys(changes).length === 0) return;
  tx.record({ type: "threadUpdated", thread: { ...changed, status, updatedAt: tx.now } });
}
