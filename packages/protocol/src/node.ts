import { randomUUID } from "node:crypto";
import { EventEmitter, on } from "node:events";
import { JSONRPCClient, type JSONRPCErrorException, type JSONRPCRequest } from "json-rpc-2.0";
import type { z } from "zod";
import type { Actor } from "./common.ts";
import { type Notifications, protocolVersion, type SequencedDaemonEvent } from "./daemon.ts";
import type { ParamsOf, ResultOf } from "./define.ts";
import { DaemonError, ErrorData } from "./errors.ts";
import { Place, type ThreadNotice } from "./follow.ts";
import type { ThreadId } from "./ids.ts";
import { Link } from "./link.ts";
import { type Methods, methods } from "./registry.ts";

export type { ThreadNotice } from "./follow.ts";
export { type HeddlePaths, heddlePaths, maxSocketPathBytes } from "./paths.ts";

export interface ConnectOptions {
  readonly socketPath: string;
  readonly client: Actor & { version?: string };
  /** Milliseconds for which a lost daemon is waited for; 30,000 by default, 0 for not at all. */
  readonly reconnectForMs?: number;
}

type Notice<N extends keyof Notifications> = z.infer<Notifications[N]["params"]>;

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
    const keyed = methods[name].mutates ? { idempotencyKey: randomUUID(), ...params } : params;
    try {
      return (await this.#rpc.request(name, keyed)) as ResultOf<Methods, M>;
    } catch (error) {
      throw this.#ended ?? toDaemonError(error);
    }
  }

  /**
   * Yields a thread's events after `afterSeq`, and the text that streams, until `signal` aborts.
   * Reconnects go unnoticed: every event comes once and in order.
   */
  async *followThread(
    threadId: ThreadId,
    { afterSeq = 0, signal }: { afterSeq?: number; signal?: AbortSignal } = {},
  ): AsyncGenerator<ThreadNotice> {
    const out = new EventEmitter();
    const place = new Place(afterSeq, (notice) => out.emit("notice", notice));
    const fail = (error: unknown) => void out.emit("error", error);
    let catchingUp: Promise<void> | undefined;
    const catchUp = () => {
      catchingUp ??= this.#catchUp(threadId, place).finally(() => {
        catchingUp = undefined;
      });
      catchingUp.catch(fail);
    };
    const onEvent = (notice: Notice<"thread/event">) => {
      if (notice.threadId === threadId && !place.event(notice)) catchUp();
    };
    const onDelta = (delta: Notice<"item/delta">) => {
      if (delta.threadId === threadId && !place.delta(delta)) catchUp();
    };
    const listeners = { "thread/event": onEvent, "item/delta": onDelta, resumed: catchUp };
    using _ = this.#listen({ ...listeners, ended: fail });
    const notices = on(out, "notice", signal ? { signal } : {});
    catchUp();
    try {
      for await (const [notice] of notices) yield notice as ThreadNotice;
    } catch (error) {
      if (!signal?.aborted) throw error;
    } finally {
      if (!this.#ended) this.call("thread/unsubscribe", { threadId }).catch(() => {});
    }
  }

  /** Yields the daemon's feed from now on, or after `afterSeq`. */
  async *followDaemon({
    afterSeq,
    signal,
  }: {
    afterSeq?: number;
    signal?: AbortSignal;
  } = {}): AsyncGenerator<SequencedDaemonEvent> {
    const out = new EventEmitter();
    const fail = (error: unknown) => void out.emit("error", error);
    let seq = afterSeq;
    const pass = (notice: SequencedDaemonEvent) => {
      if (seq !== undefined && notice.seq <= seq) return;
      seq = notice.seq;
      out.emit("notice", notice);
    };
    const catchUp = async () => {
      for (let live = false; !live; ) {
        const page = await this.call(
          "daemon/subscribe",
          seq === undefined ? {} : { afterSeq: seq },
        );
        for (const event of page.events) pass(event);
        seq = Math.max(seq ?? 0, page.seq);
        live = page.live;
      }
    };
    const resumed = () => void catchUp().catch(fail);
    using _ = this.#listen({ "daemon/event": pass, resumed, ended: fail });
    const notices = on(out, "notice", signal ? { signal } : {});
    resumed();
    try {
      for await (const [notice] of notices) yield notice as SequencedDaemonEvent;
    } catch (error) {
      if (!signal?.aborted) throw error;
    }
  }

  /** Breaks the connection without a word, as a lost network would; it is then made again. */
  breakConnection(): void {
    this.#link.terminate();
  }

  close(): void {
    this.#end(new DaemonError("disconnected", "this client was closed"));
    this.#link.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  async #catchUp(threadId: ThreadId, place: Place): Promise<void> {
    for (let live = false; !live; ) {
      const page = await this.call("thread/subscribe", { threadId, afterSeq: place.seq });
      for (const event of page.events) place.event(event);
      for (const { itemId, text } of page.streaming) place.sync(itemId, text);
      live = page.live;
    }
  }

  // biome-ignore lint/suspicious/noExplicitAny: each listener states its own notice.
  #listen(listeners: Record<string, (notice: any) => void>): Disposable {
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
  const known = ErrorData.safeParse(data);
  if (!known.success) return new DaemonError("internal", message, {}, { cause: error });
  const { kind, ...details } = known.data;
  return new DaemonError(kind, message, details);
}
