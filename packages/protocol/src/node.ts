import { randomUUID } from "node:crypto";
import { EventEmitter, on } from "node:events";
import { JSONRPCClient, type JSONRPCErrorException, type JSONRPCRequest } from "json-rpc-2.0";
import type * as z from "zod";
import type { Actor } from "./common.ts";
import type { Notifications, SequencedDaemonEvent } from "./daemon.ts";
import type { ParamsOf, ResultOf } from "./define.ts";
import { DaemonError, isErrorData } from "./errors.ts";
import { catchUp, Inbox, Place, type ThreadNotice, type ThreadSource } from "./follow.ts";
import type { ItemId, ThreadId } from "./ids.ts";
import { Link } from "./link.ts";
import type { Methods } from "./registry.ts";
import { frameLimitBytes, protocolVersion } from "./wire.ts";

export type { ThreadNotice } from "./follow.ts";
export { type Frames, openFrames } from "./link.ts";
export { listAll } from "./list-all.ts";
export { isAlive, isOwnSocket, type LockHolder, readHolder, socketOf } from "./lock-holder.ts";
export { type HeddlePaths, heddlePaths, maxSocketPathBytes } from "./paths.ts";

export interface ConnectOptions {
  /** A function is asked before each try, for a daemon that may come back elsewhere. */
  readonly socketPath: string | (() => string);
  readonly client: Actor & { version?: string };
  /** Milliseconds for which a lost daemon is waited for; 30,000 by default, 0 for not at all. */
  readonly reconnectForMs?: number;
  /** Starts a daemon that was killed. One that was stopped is only waited for. */
  readonly revive?: () => Promise<void>;
}

interface Message {
  readonly id?: string;
  readonly method?: string;
  readonly params?: unknown;
  readonly error?: { readonly data?: { readonly kind?: unknown } };
}

type Notice<N extends keyof Notifications> = z.infer<Notifications[N]["params"]>;

// biome-ignore lint/suspicious/noExplicitAny: each listener states its own notice.
type Listener = (notice: any) => void;
type Listeners = Record<string, Listener> & { resumed: () => void; left: () => void };

interface Sink<Item> {
  readonly emit: (item: Item) => void;
  readonly fail: (error: unknown) => void;
}

/** A feed of one connection, which all of its followers share. */
interface Feed {
  readonly name: string;
  readonly signal: AbortSignal | undefined;
}

/**
 * Opens a connection to the daemon and introduces the client. Throws `disconnected` where no daemon
 * answers, or it ends before it has: only a connection that was made is made again.
 */
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
  readonly #followers = new Map<string, number>();
  readonly #notices = new EventEmitter().setMaxListeners(0);
  readonly #closed = new AbortController();
  #ended: DaemonError | undefined;
  #greeting: JSONRPCClient | undefined;
  #daemonVersion = "";

  constructor({ socketPath, client, reconnectForMs = 30_000, revive }: ConnectOptions) {
    this.#rpc = new JSONRPCClient((request: JSONRPCRequest) => this.#send(request), randomUUID);
    this.#link = new Link({
      socketPath: typeof socketPath === "string" ? () => socketPath : socketPath,
      reconnectForMs,
      revive,
      greet: (send, gone) => this.#greet(client, send, gone),
      receive: (text) => this.#receive(text),
      resumed: () => this.#resume(),
      ended: (reason) => this.#end(reason),
    });
  }

  async open(): Promise<void> {
    await this.#link.open();
  }

  /** The version of the daemon that answered last. */
  get daemonVersion(): string {
    return this.#daemonVersion;
  }

  async call<M extends keyof Methods & string>(
    name: M,
    params: ParamsOf<Methods, M>,
  ): Promise<ResultOf<Methods, M>> {
    if (this.#ended) throw this.#ended;
    // Methods that only read take no key and ignore it.
    const keyed = { idempotencyKey: randomUUID(), ...params };
    refuseLarge(name, keyed);
    try {
      return (await this.#rpc.request(name, keyed)) as ResultOf<Methods, M>;
    } catch (error) {
      throw this.#ended ?? toDaemonError(error);
    }
  }

  /**
   * Yields a thread's events after `afterSeq`, and the text that streams, until `signal` aborts or
   * the client is closed. Reconnects go unnoticed: every event comes once and in order, and of a
   * text of which a piece has come all comes. Throws `seqPruned` where the daemon's log does not
   * hold what follows, as after a backup was restored: read the thread again and follow from there.
   */
  async *followThread(
    threadId: ThreadId,
    { afterSeq = 0, signal }: { afterSeq?: number; signal?: AbortSignal } = {},
  ): AsyncGenerator<ThreadNotice> {
    const feed = { name: threadId, signal };
    const source = this.#sourceOf(threadId);
    yield* this.#follow<ThreadNotice>(feed, ({ emit, fail }) => {
      const place = new Place(afterSeq, emit);
      const inbox = new Inbox<Notice<"thread/event"> | Notice<"item/delta">>({
        take: (notice) => {
          if (!("seq" in notice)) return place.delta(notice);
          return !place.missingText(notice.event) && place.event(notice);
        },
        catchUp: () => catchUp(place, source),
        fail,
      });
      const take = (notice: Notice<"thread/event"> | Notice<"item/delta">) => {
        if (notice.threadId === threadId) inbox.add(notice);
      };
      return {
        "thread/event": take,
        "item/delta": take,
        resumed: () => inbox.resume(),
        left: () => void this.call("thread/unsubscribe", { threadId }).catch(() => {}),
      };
    });
  }

  /** Yields the daemon's feed from now on, or after `afterSeq`; else as `followThread`. */
  async *followDaemon({
    afterSeq,
    signal,
  }: {
    afterSeq?: number;
    signal?: AbortSignal;
  } = {}): AsyncGenerator<SequencedDaemonEvent> {
    let seq = afterSeq;
    const feed = { name: "daemon", signal };
    yield* this.#follow<SequencedDaemonEvent>(feed, ({ emit, fail }) => {
      const take = (notice: SequencedDaemonEvent) => {
        if (seq !== undefined && notice.seq <= seq) return true;
        if (seq !== undefined && notice.seq !== seq + 1) return false;
        seq = notice.seq;
        emit(notice);
        return true;
      };
      const catchUp = async () => {
        for (let live = false; !live; ) {
          const from = seq === undefined ? {} : { afterSeq: seq };
          const page = await this.call("daemon/subscribe", from);
          for (const event of page.events) take(event);
          seq = Math.max(seq ?? 0, page.seq);
          live = page.live;
        }
      };
      const inbox = new Inbox<SequencedDaemonEvent>({ take, catchUp, fail });
      return {
        "daemon/event": (notice: SequencedDaemonEvent) => inbox.add(notice),
        resumed: () => inbox.resume(),
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

  #sourceOf(threadId: ThreadId): ThreadSource {
    return {
      subscribe: (afterSeq) => this.call("thread/subscribe", { threadId, afterSeq }),
      read: async (itemId: ItemId, offset: number) => {
        try {
          return (await this.call("item/read", { itemId, offset })).text;
        } catch (error) {
          // It was undone in the meantime, of which an event tells.
          if (error instanceof DaemonError && error.kind === "notFound") return "";
          throw error;
        }
      },
    };
  }

  /** One feed as an iterable: `resumed` begins it, and again after each reconnect. */
  async *#follow<Item>(
    { name, signal }: Feed,
    subscribe: (sink: Sink<Item>) => Listeners,
  ): AsyncGenerator<Item> {
    const until = this.#until(signal);
    const out = new EventEmitter();
    const fail = (error: unknown) => {
      if (!until.aborted) out.emit("error", error);
    };
    const { left, ...listeners } = subscribe({ emit: (item) => out.emit("item", item), fail });
    this.#followers.set(name, (this.#followers.get(name) ?? 0) + 1);
    using _ = this.#listen({ ...listeners, ended: fail });
    try {
      const items = on(out, "item", { signal: until });
      listeners.resumed();
      for await (const [item] of items) yield item as Item;
    } catch (error) {
      if (!until.aborted) throw error;
    } finally {
      if (this.#leave(name) && !this.#ended) left();
    }
  }

  /** Returns whether nobody follows this feed any more. */
  #leave(name: string): boolean {
    const others = (this.#followers.get(name) ?? 1) - 1;
    if (others > 0) this.#followers.set(name, others);
    else this.#followers.delete(name);
    return others === 0;
  }

  #listen(listeners: Record<string, Listener>): Disposable {
    for (const [name, listener] of Object.entries(listeners)) this.#notices.on(name, listener);
    return {
      [Symbol.dispose]: () => {
        for (const [name, listener] of Object.entries(listeners)) this.#notices.off(name, listener);
      },
    };
  }

  async #greet(
    client: ConnectOptions["client"],
    send: (text: string) => void,
    gone: AbortSignal,
  ): Promise<void> {
    const greeting = new JSONRPCClient((request: JSONRPCRequest) => send(JSON.stringify(request)));
    const giveUp = () => greeting.rejectAllPendingRequests("the daemon has gone");
    gone.addEventListener("abort", giveUp);
    this.#greeting = greeting;
    try {
      const asked = greeting.request("initialize", { protocolVersion, client });
      this.#daemonVersion = ((await asked) as { version: string }).version;
    } catch (error) {
      throw toDaemonError(error);
    } finally {
      gone.removeEventListener("abort", giveUp);
      this.#greeting = undefined;
    }
  }

  #send(request: JSONRPCRequest): void {
    const text = JSON.stringify(request);
    this.#underWay.set(String(request.id), text);
    this.#link.send(text);
  }

  #receive(text: string): void {
    const message = JSON.parse(text) as Message;
    if (message.method !== undefined) {
      this.#notices.emit(message.method, message.params);
      return;
    }
    // It is sent again once the next daemon is there.
    if (message.error?.data?.kind === "shuttingDown" && !this.#greeting) return;
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

/** A frame that the daemon does not take would break every new connection again. */
function refuseLarge(name: string, params: object): void {
  const bytes = Buffer.byteLength(JSON.stringify(params));
  if (bytes <= frameLimitBytes) return;
  const message = `the params of ${name} have ${bytes} bytes, more than a frame of ${frameLimitBytes} takes; put long text into a file and name that`;
  throw new DaemonError("tooLarge", message, { bytes, limitBytes: frameLimitBytes });
}

function toDaemonError(error: unknown): DaemonError {
  if (error instanceof DaemonError) return error;
  const { message, data } = error as JSONRPCErrorException;
  if (!isErrorData(data)) return new DaemonError("internal", message, {}, { cause: error });
  const { kind, ...details } = data;
  return new DaemonError(kind, message, details);
}
