import { randomUUID } from "node:crypto";
import { EventEmitter, on } from "node:events";
import { JSONRPCClient, type JSONRPCErrorException, type JSONRPCRequest } from "json-rpc-2.0";
import type { z } from "zod";
import type { Actor } from "./common.ts";
import type { Notifications, SequencedDaemonEvent } from "./daemon.ts";
import type { ParamsOf, ResultOf } from "./define.ts";
import { DaemonError, isErrorData } from "./errors.ts";
import { Place, type ThreadNotice } from "./follow.ts";
import type { ThreadId } from "./ids.ts";
import { Link } from "./link.ts";
import type { Methods } from "./registry.ts";
import { protocolVersion } from "./version.ts";

export type { ThreadNotice } from "./follow.ts";
export { type HeddlePaths, heddlePaths, maxSocketPathBytes } from "./paths.ts";

export interface ConnectOptions {
  readonly socketPath: string;
  readonly client: Actor & { version?: string };
  /** Milliseconds for which a lost daemon is waited for; 30,000 by default, 0 for not at all. */
  readonly reconnectForMs?: number;
}

type Notice<N extends keyof Notifications> = z.infer<Notifications[N]["params"]>;

// biome-ignore lint/suspicious/noExplicitAny: each listener states its own notice.
type Listener = (notice: any) => void;
type Listeners = Record<string, Listener> & { resumed: () => void; left: () => void };

interface Sink<Item> {
  readonly emit: (item: Item) => void;
  readonly fail: (error: unknown) => void;
}

/** Opens a connection to the daemon and introduces the client. */
export async function connect(options: ConnectOptions): Promise<HeddleClient> {
  const client = new HeddleClient(options);
  await client.open();
  return client;
}

/**
 * A typed client that outlives its connection. Calls that were under way when it broke are sent
 * again, the mutating ones under their idempotency keys, so that nothing happens twice.
 */
export class HeddleClient implements Disposable {
  readonly #link: Link;
  readonly #rpc: JSONRPCClient;
  readonly #underWay = new Map<string, string>();
  readonly #notices = new EventEmitter().setMaxListeners(0);
  readonly #closed = new AbortController();
  #ended: DaemonError | undefined;

  constructor({ socketPath, client, reconnectForMs = 30_000 }: ConnectOptions) {
    this.#rpc = new JSONRPCClient((request: JSONRPCRequest) => this.#send(request), randomUUID);
    this.#link = new Link({
      socketPath,
      reconnectForMs,
      greet: (send) => this.#greet(client, send),
      receive: (text) => this.#receive(text),
      resumed: () => this.#resume(),
      ended: (reason) => this.#end(reason),
    });
  }

  async open(): Promise<void> {
    await this.#link.open();
  }

  async call<M extends keyof Methods & string>(
    name: M,
    params: ParamsOf<Methods, M>,
  ): Promise<ResultOf<Methods, M>> {
    if (this.#ended) throw this.#ended;
    // Methods that only read take no key and ignore it.
    const keyed = { idempotencyKey: randomUUID(), ...params };
    try {
      return (await this.#rpc.request(name, keyed)) as ResultOf<Methods, M>;
    } catch (error) {
      throw this.#ended ?? toDaemonError(error);
    }
  }

  /**
   * Yields a thread's events after `afterSeq`, and the text that streams, until `signal` aborts or
   * the client is closed. Reconnects go unnoticed: every event comes once and in order.
   */
  async *followThread(
    threadId: ThreadId,
    { afterSeq = 0, signal }: { afterSeq?: number; signal?: AbortSignal } = {},
  ): AsyncGenerator<ThreadNotice> {
    yield* this.#follow<ThreadNotice>(signal, ({ emit, fail }) => {
      const place = new Place(afterSeq, emit);
      let catchingUp: Promise<void> | undefined;
      const catchUp = () => {
        catchingUp ??= this.#catchUp(threadId, place).finally(() => {
          catchingUp = undefined;
        });
        catchingUp.catch(fail);
      };
      return {
        "thread/event": (notice: Notice<"thread/event">) => {
          if (notice.threadId === threadId && !place.event(notice)) catchUp();
        },
        "item/delta": (delta: Notice<"item/delta">) => {
          if (delta.threadId === threadId && !place.delta(delta)) catchUp();
        },
        resumed: catchUp,
        left: () => void this.call("thread/unsubscribe", { threadId }).catch(() => {}),
      };
    });
  }

  /** Yields the daemon's feed from now on, or after `afterSeq`. */
  async *followDaemon({
    afterSeq,
    signal,
  }: {
    afterSeq?: number;
    signal?: AbortSignal;
  } = {}): AsyncGenerator<SequencedDaemonEvent> {
    let seq = afterSeq;
    yield* this.#follow<SequencedDaemonEvent>(signal, ({ emit, fail }) => {
      const pass = (notice: SequencedDaemonEvent) => {
        if (seq !== undefined && notice.seq <= seq) return;
        seq = notice.seq;
        emit(notice);
      };
      const catchUp = async () => {
        for (let live = false; !live; ) {
          const from = seq === undefined ? {} : { afterSeq: seq };
          const page = await this.call("daemon/subscribe", from);
          for (const event of page.events) pass(event);
          seq = Math.max(seq ?? 0, page.seq);
          live = page.live;
        }
      };
      return {
        "daemon/event": pass,
        resumed: () => void catchUp().catch(fail),
        left: () => void this.call("daemon/unsubscribe", {}).catch(() => {}),
      };
    });
  }

  /** Breaks the connection without a word, as a lost network would; it is then made again. */
  breakConnection(): void {
    this.#link.terminate();
  }

  /** Calls under way are rejected; followers end. */
  close(): void {
    this.#closed.abort();
    this.#end(new DaemonError("disconnected", "this client was closed"));
    this.#link.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #until(signal: AbortSignal | undefined): AbortSignal {
    return signal ? AbortSignal.any([signal, this.#closed.signal]) : this.#closed.signal;
  }

  async #catchUp(threadId: ThreadId, place: Place): Promise<void> {
    for (let live = false; !live; ) {
      const page = await this.call("thread/subscribe", { threadId, afterSeq: place.seq });
      for (const event of page.events) place.event(event);
      for (const { itemId, text } of page.streaming) place.sync(itemId, text);
      live = page.live;
    }
  }

  /** One feed as an iterable: `resumed` begins it, and again after each reconnect. */
  async *#follow<Item>(
    signal: AbortSignal | undefined,
    subscribe: (sink: Sink<Item>) => Listeners,
  ): AsyncGenerator<Item> {
    const until = this.#until(signal);
    const out = new EventEmitter();
    const fail = (error: unknown) => {
      if (!until.aborted) out.emit("error", error);
    };
    const { left, ...listeners } = subscribe({ emit: (item) => out.emit("item", item), fail });
    using _ = this.#listen({ ...listeners, ended: fail });
    try {
      const items = on(out, "item", { signal: until });
      listeners.resumed();
      for await (const [item] of items) yield item as Item;
    } catch (error) {
      if (!until.aborted) throw error;
    } finally {
      if (!this.#ended) left();
    }
  }

  #listen(listeners: Record<string, Listener>): Disposable {
    for (const [name, listener] of Object.entries(listeners)) this.#notices.on(name, listener);
    return {
      [Symbol.dispose]: () => {
        for (const [name, listener] of Object.entries(listeners)) this.#notices.off(name, listener);
      },
    };
  }

  async #greet(client: ConnectOptions["client"], send: (text: string) => void): Promise<void> {
    const greeting = new JSONRPCClient((request: JSONRPCRequest) => send(JSON.stringify(request)));
    this.#greeting = greeting;
    try {
      await greeting.timeout(10_000).request("initialize", { protocolVersion, client });
    } catch (error) {
      throw toDaemonError(error);
    } finally {
      this.#greeting = undefined;
    }
  }
  #greeting: JSONRPCClient | undefined;

  #send(request: JSONRPCRequest): void {
    const text = JSON.stringify(request);
    this.#underWay.set(String(request.id), text);
    this.#link.send(text);
  }

  #receive(text: string): void {
    const message = JSON.parse(text) as { id?: string; method?: string; params?: unknown };
    if (message.method !== undefined) {
      this.#notices.emit(message.method, message.params);
      return;
    }
    this.#underWay.delete(String(message.id));
    const rpc = this.#greeting ?? this.#rpc;
    rpc.receive(message as Parameters<JSONRPCClient["receive"]>[0]);
  }

  #resume(): void {
    for (const text of this.#underWay.values()) this.#link.send(text);
    this.#notices.emit("resumed");
  }

  #end(reason: DaemonError): void {
    if (this.#ended) return;
    this.#ended = reason;
    this.#rpc.rejectAllPendingRequests(reason.message);
    this.#notices.emit("ended", reason);
  }
}

function toDaemonError(error: unknown): DaemonError {
  if (error instanceof DaemonError) return error;
  const { message, data } = error as JSONRPCErrorException;
  if (!isErrorData(data)) return new DaemonError("internal", message, {}, { cause: error });
  const { kind, ...details } = data;
  return new DaemonError(kind, message, details);
}
