import {
  type Failure,
  type Item,
  ItemId,
  newId,
  type Price,
  type Thread,
  type Turn,
  type TurnState,
} from "@heddle/protocol";
import { entryBytes } from "../agent/context/tokens.ts";
import type { InputEntry } from "../agent/model-types.ts";
import {
  type ItemDraft,
  leaveOff,
  type RequestRecord,
  type UserMessage,
} from "../agent/turn-host.ts";
import type { Clock } from "../os/clock.ts";
import type { HistoryEntry } from "../store/history-table.ts";
import { withHead } from "../store/item-table.ts";
import type { Store } from "../store/store.ts";
import { daemonActor, type Journal, type Transaction } from "./journal.ts";
import { costOf } from "./line-up.ts";
import type { LiveTexts } from "./live-texts.ts";
import { refreshThread } from "./thread-status.ts";
import { unreadMessages } from "./turn-messages.ts";

export interface RecordServices {
  readonly store: Store;
  readonly journal: Journal;
  readonly texts: LiveTexts;
  readonly clock: Clock;
}

export interface RecordSubject {
  readonly turn: Turn;
  readonly thread: Thread;
  /** What its model costs, where that is known. */
  readonly price: Price | undefined;
  readonly signal: AbortSignal;
  /** Is told of each state that the turn enters, in the same transaction. */
  readonly enters: (state: TurnState) => void;
}

/** What a running turn writes down: its states, its items, its history and the ledger of effects. */
export class TurnRecord {
  readonly #services: RecordServices;
  readonly #subject: RecordSubject;
  readonly resumed: boolean;
  readonly signal: AbortSignal;

  constructor(services: RecordServices, subject: RecordSubject) {
    this.#services = services;
    this.#subject = subject;
    this.signal = subject.signal;
    this.resumed = services.store.history.hasTurn(subject.turn.id);
  }

  atomically<T>(change: () => T): T {
    return this.#write(change);
  }

  setState(state: TurnState): void {
    this.#update(state, { retryAt: null, failure: null });
  }

  waitForRetry(failure: Failure, waitMs: number): void {
    this.#update("retryWait", { failure, retryAt: this.#services.clock() + waitMs });
  }

  history(): readonly InputEntry[] {
    return this.#services.store.history.read(this.#subject.thread.id) as InputEntry[];
  }

  remember(entries: readonly InputEntry[]): void {
    const { thread, turn } = this.#subject;
    const { store } = this.#services;
    this.#write(() => {
      store.history.append(thread.id, turn.id, entries.map(toHistory));
      for (const { type, call_id } of entries) {
        if (type.endsWith("_call_output")) store.effects.remove(turn.id, String(call_id));
      }
    });
  }

  compactHistory(entries: readonly InputEntry[]): void {
    const { thread, turn } = this.#subject;
    const { store, clock } = this.#services;
    store.history.compact(thread.id, turn.id, entries.map(toHistory), clock());
  }

  unread(): readonly UserMessage[] {
    return unreadMessages(this.#services.store, this.#subject.turn.id);
  }

  recordRequest({ sentBytes, wallMs, outcome, usage }: RequestRecord): void {
    const { store } = this.#services;
    const { price } = this.#subject;
    const costUsd = usage && price ? costOf(usage, price) : null;
    this.#write((tx) => {
      const turn = store.turns.find(this.#subject.turn.id) ?? this.#subject.turn;
      store.modelRequests.add({
        turnId: turn.id,
        threadId: turn.threadId,
        model: turn.model,
        sentBytes,
        at: tx.now,
        wallMs,
        outcome,
        inputTokens: usage?.inputTokens ?? null,
        cachedInputTokens: usage?.cachedInputTokens ?? null,
        outputTokens: usage?.outputTokens ?? null,
        reasoningTokens: usage?.reasoningTokens ?? null,
        estimated: usage?.estimated ?? false,
        costUsd,
      });
      tx.record({ type: "turnUpdated", turn: { ...turn, usage: sum(turn.usage, usage, costUsd) } });
    });
  }

  effectBegins(callId: string, journal = ""): void {
    const { store, clock } = this.#services;
    store.effects.add(this.#subject.turn.id, callId, journal, clock());
  }

  unreportedEffect(callId: string): string | undefined {
    return this.#services.store.effects.find(this.#subject.turn.id, callId);
  }

  recoverCommand(callId: string): string {
    const item = this.#itemOf(callId);
    if (item?.type !== "commandExecution") return "exit_code: unknown (the daemon was stopped)";
    if (item.state === "running") this.completeItem(item, "interrupted");
    const exit =
      item.exitCode === null
        ? "unknown (interrupted: the daemon was stopped, and it is not run again)"
        : item.exitCode;
    return `exit_code: ${exit}\noutput:\n${this.#services.store.items.text(item.id) ?? ""}`;
  }

  settleItem(callId: string, state: "completed" | "failed" | "interrupted"): void {
    const item = this.#itemOf(callId);
    if (item?.state === "running") this.completeItem(item, state);
  }

  startItem<Draft extends ItemDraft>(draft: Draft): Extract<Item, { type: Draft["type"] }> {
    const { thread, turn } = this.#subject;
    const known = "callId" in draft ? this.#itemOf(draft.callId) : undefined;
    if (known?.type === draft.type && known.state === "running") {
      return known as Extract<Item, { type: Draft["type"] }>;
    }
    return this.#write((tx) => {
      const ids = { id: newId(ItemId), threadId: thread.id, turnId: turn.id };
      const times = { createdAt: tx.now, completedAt: null };
      const item = { ...draft, ...ids, ...times, state: "running" } as unknown as Item;
      tx.record({ type: "itemStarted", item });
      return item as Extract<Item, { type: Draft["type"] }>;
    });
  }

  /** Stores an item that is complete at once, in the transaction around it. */
  addItem(draft: ItemDraft): Item {
    const item = this.startItem(draft);
    this.completeItem(item, "completed");
    return item;
  }

  appendText(itemId: ItemId, text: string): void {
    this.#services.texts.append(this.#subject.thread.id, itemId, text);
  }

  updateItem(item: Item): void {
    const streamed = this.#services.texts.peek(item.id);
    this.#write((tx) => {
      tx.record({ type: "itemUpdated", item: withHead(item, streamed) }, streamed);
    });
  }

  completeItem(item: Item, state: Exclude<Item["state"], "running">): void {
    if (this.signal.reason === leaveOff) return;
    this.#write((tx) => {
      const streamed = this.#services.texts.peek(item.id);
      const whole = streamed === "" && "text" in item ? item.text : streamed;
      const completed = { ...withHead(item, whole), state, completedAt: tx.now };
      tx.record({ type: "itemCompleted", item: completed }, whole);
      tx.afterCommit(() => void this.#services.texts.take(item.id));
    });
  }

  #update(state: TurnState, changes: Partial<Turn>): void {
    const { store } = this.#services;
    const before = store.turns.find(this.#subject.turn.id);
    if (before === undefined || before.state === state) return;
    this.#write((tx) => {
      tx.record({ type: "turnUpdated", turn: { ...before, state, ...changes } });
      this.#subject.enters(state);
      refreshThread(tx, store, before.threadId);
    });
  }

  /**
   * Not flushed: a power cut ends whoever has heard of it, and the turn goes on from the last flush,
   * which each effect, approval and end is.
   */
  #write<T>(change: (tx: Transaction) => T): T {
    return this.#services.journal.write(daemonActor, change, { flushed: false });
  }

  /** An item of this turn that was begun for a call. */
  #itemOf(callId: string): Item | undefined {
    if (!this.resumed) return undefined;
    const items = this.#services.store.items.ofTurn(this.#subject.turn.id);
    return items.findLast((item) => "callId" in item && item.callId === callId);
  }
}

function toHistory(entry: InputEntry): HistoryEntry {
  const json = JSON.stringify(entry);
  return { entry: json, bytes: entryBytes(entry, json) };
}

function sum(
  before: Turn["usage"],
  used: RequestRecord["usage"],
  costUsd: number | null,
): Turn["usage"] {
  return {
    requests: before.requests + 1,
    inputTokens: before.inputTokens + (used?.inputTokens ?? 0),
    cachedInputTokens: before.cachedInputTokens + (used?.cachedInputTokens ?? 0),
    outputTokens: before.outputTokens + (used?.outputTokens ?? 0),
    reasoningTokens: before.reasoningTokens + (used?.reasoningTokens ?? 0),
    estimated: before.estimated || (used?.estimated ?? false),
    costUsd: costUsd === null ? before.costUsd : (before.costUsd ?? 0) + costUsd,
  };
}
