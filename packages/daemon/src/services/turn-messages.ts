import {
  type Item,
  ItemId,
  newId,
  type Part,
  type Plan,
  type ThreadId,
  type Turn,
  type TurnId,
  turnEnded,
} from "@heddle/protocol";
import type { UserMessage } from "../agent/turn-host.ts";
import type { Store } from "../store/store.ts";
import type { Transaction } from "./journal.ts";

/**
 * A message to a turn. The one that a turn starts with is complete at once; one that joins a turn
 * is `running` until the model has been told.
 */
export function userMessage(
  { threadId, id: turnId }: Turn,
  { input, now, joins }: { input: Part[]; now: number; joins: boolean },
): UserMessage {
  const ids = { id: newId(ItemId), threadId, turnId };
  const state = joins ? "running" : "completed";
  const completedAt = joins ? null : now;
  return { ...ids, type: "userMessage", input, state, createdAt: now, completedAt };
}

/** The steps of a plan that is about to be carried out: none is done. */
export function planItem({ threadId, id: turnId }: Turn, plan: Plan, now: number): Item {
  const steps = plan.content.steps.map((step) => ({ step, status: "pending" as const }));
  const ids = { id: newId(ItemId), threadId, turnId };
  const times = { state: "completed", createdAt: now, completedAt: now } as const;
  return { ...ids, ...times, type: "plan", callId: "plan", steps, proposal: null };
}

/** What the model has not been told yet of the messages to a turn, oldest first. */
export function unreadMessages(store: Store, turnId: TurnId): UserMessage[] {
  if (store.history.hasTurn(turnId)) return store.items.runningOfTurn(turnId).filter(isMessage);
  return store.items.ofTurn(turnId).filter(isMessage);
}

/** The message that a turn was started with; those before it were left unread by earlier turns. */
export function firstMessage(store: Store, { id, createdAt }: Turn): UserMessage | undefined {
  const messages = store.items.ofTurn(id).filter(isMessage);
  return messages.find((message) => message.createdAt >= createdAt) ?? messages.at(-1);
}

/** Gives a new turn what an earlier one, which was interrupted or failed, has left unread. */
export function takeOverUnread(tx: Transaction, store: Store, { id, threadId }: Turn): void {
  const before = store.turns.newest(threadId, id);
  if (before === undefined || !turnEnded(before.state)) return;
  for (const message of store.items.ofTurn(before.id).filter(isMessage)) {
    if (message.state === "interrupted") moveTo(tx, message, id);
  }
}

/** A turn has ended: what it left unread goes to the next one in the queue, or waits for one. */
export function leaveUnread(tx: Transaction, store: Store, turn: Turn): void {
  const next = nextInQueue(store, turn.threadId, turn.id);
  for (const message of store.items.runningOfTurn(turn.id).filter(isMessage)) {
    if (next) moveTo(tx, message, next.id);
    else {
      const left = { ...message, state: "interrupted", completedAt: tx.now } as const;
      tx.record({ type: "itemCompleted", item: left });
    }
  }
}

function moveTo(tx: Transaction, message: UserMessage, turnId: TurnId): void {
  const moved = { ...message, turnId, state: "running", completedAt: null } as const;
  tx.record({ type: "itemUpdated", item: moved });
}

function nextInQueue(store: Store, threadId: ThreadId, after: TurnId): Turn | undefined {
  const queued = store.turns.where({ thread_id: threadId, state: "queued" });
  return queued.find(({ id }) => id > after);
}

function isMessage(item: Item): item is UserMessage {
  return item.type === "userMessage";
}
