import { DaemonError, type ItemDelta, type Notifications, type ThreadId } from "@heddle/protocol";
import type * as z from "zod";
import type { Feeds } from "../methods/caller.ts";
import type { DaemonNotice, Journal, ThreadNotice } from "../services/journal.ts";
import type { LiveTexts } from "../services/live-texts.ts";
import { type EventLog, fitEvent } from "../store/event-log.ts";
import { DeltaCoalescer } from "./delta-coalescer.ts";
import { type Frame, lazyFrame, textFrame } from "./outbox.ts";

/** Where the notices of one connection go. */
export interface Subscriber {
  /** Sends a frame after all answers that are due already. Never throws. */
  send(frame: Frame): void;
}

type Params<N extends keyof Notifications> = z.input<Notifications[N]["params"]>;

function notice<N extends keyof Notifications>(method: N, params: Params<N>): string {
  return JSON.stringify({ jsonrpc: "2.0", method, params });
}

/** Carries events and streamed text to the connections that follow them, one frame for all. */
export class Subscriptions implements Disposable {
  readonly #log: EventLog;
  readonly #texts: LiveTexts;
  readonly #deltas = new DeltaCoalescer((delta) => this.#sendDelta(delta));
  readonly #threads = new Map<ThreadId, Set<Subscriber>>();
  readonly #daemon = new Set<Subscriber>();

  constructor(journal: Journal, texts: LiveTexts, log: EventLog) {
    this.#log = log;
    this.#texts = texts;
    journal.onThreadEvent((notice) => this.#sendThreadEvent(notice));
    journal.onDaemonEvent((notice) => this.#sendDaemonEvent(notice));
    texts.onDelta((delta) => {
      if (this.#threads.has(delta.threadId)) this.#deltas.add(delta);
    });
  }

  /** The feeds of one connection. */
  feedsOf(subscriber: Subscriber): Feeds {
    return {
      followThread: (threadId, afterSeq) => this.#followThread(subscriber, threadId, afterSeq),
      leaveThread: (threadId) => this.#leaveThread(subscriber, threadId),
      followDaemon: (afterSeq) => this.#followDaemon(subscriber, afterSeq),
      leaveDaemon: () => void this.#daemon.delete(subscriber),
    };
  }

  remove(subscriber: Subscriber): void {
    this.#daemon.delete(subscriber);
    for (const threadId of [...this.#threads.keys()]) this.#leaveThread(subscriber, threadId);
  }

  [Symbol.dispose](): void {
    this.#deltas[Symbol.dispose]();
  }

  /**
   * Nothing can happen between registering and reading, since both are synchronous; the connection
   * sends the answer before any frame that comes later.
   */
  #followThread(subscriber: Subscriber, threadId: ThreadId, afterSeq: number) {
    refuseUnreached(afterSeq, this.#log.seq(threadId));
    const { events, complete } = this.#log.read(threadId, afterSeq);
    const seq = events.at(-1)?.seq ?? afterSeq;
    if (!complete) return { events, streaming: [], seq, live: false };
    this.#deltas.flush(threadId);
    const subscribers = this.#threads.get(threadId) ?? new Set();
    this.#threads.set(threadId, subscribers.add(subscriber));
    return { events, streaming: this.#texts.headsOf(threadId), seq, live: true };
  }

  #leaveThread(subscriber: Subscriber, threadId: ThreadId): void {
    const subscribers = this.#threads.get(threadId);
    subscribers?.delete(subscriber);
    if (subscribers?.size === 0) this.#threads.delete(threadId);
  }

  #followDaemon(subscriber: Subscriber, afterSeq = this.#log.daemonSeq()) {
    refuseUnreached(afterSeq, this.#log.daemonSeq());
    const { events, complete } = this.#log.readDaemon(afterSeq);
    if (complete) this.#daemon.add(subscriber);
    return { events, seq: events.at(-1)?.seq ?? afterSeq, live: complete };
  }

  #sendThreadEvent({ threadId, seq, event }: ThreadNotice): void {
    const subscribers = this.#threads.get(threadId);
    if (subscribers === undefined) return;
    this.#deltas.flush(threadId);
    const params = { threadId, seq, event: fitEvent(event) };
    const frame = textFrame(notice("thread/event", params));
    for (const subscriber of subscribers) subscriber.send(frame);
  }

  #sendDaemonEvent(params: DaemonNotice): void {
    if (this.#daemon.size === 0) return;
    const frame = textFrame(notice("daemon/event", params));
    for (const subscriber of this.#daemon) subscriber.send(frame);
  }

  #sendDelta(delta: ItemDelta): void {
    const subscribers = this.#threads.get(delta.threadId);
    if (subscribers === undefined) return;
    const frame = lazyFrame(delta.text.length, () => notice("item/delta", delta));
    for (const subscriber of subscribers) subscriber.send(frame);
  }
}

/** As after a backup was restored, when a client has seen more than the log now holds. */
function refuseUnreached(afterSeq: number, seq: number): void {
  if (afterSeq <= seq) return;
  const message = `the log ends at ${seq}, before ${afterSeq}; read the state again and follow from there`;
  throw new DaemonError("seqPruned", message, { afterSeq, seq });
}
