import { Actor, DaemonError, frameLimitBytes, methods, protocolVersion } from "@heddle/protocol";
import type { JSONRPCID, JSONRPCRequest, JSONRPCResponse } from "json-rpc-2.0";
import type { RawData, WebSocket } from "ws";
import { Budget } from "./budget.ts";
import type { Dispatcher, Peer } from "./dispatcher.ts";
import { checkParams, envelopeProblem, idOf, isNotification, isSubscription } from "./envelope.ts";
import { toWireError, wireError } from "./errors.ts";
import type { Lane } from "./fair-queue.ts";
import { type Incoming, notJson, readFrame } from "./incoming.ts";
import { type Frame, type Gathering, Outbox } from "./outbox.ts";
import type { Subscriber, Subscriptions } from "./subscriptions.ts";

/** Room in the answer of a batch for the error of each that is too large. */
const errorBytes = 300;
/** For so long a client that was refused is not read either, so that its flood costs others little. */
const overloadedRetryMs = 100;
/** Reads that start processes or ask a server; one client has so many under way. */
const costlyAtOnce = 4;

export interface ConnectionOptions {
  readonly socket: WebSocket;
  readonly stream: Gathering;
  readonly dispatcher: Dispatcher;
  readonly subscriptions: Subscriptions;
  readonly lane: Lane;
  readonly log: (message: string, details?: Record<string, unknown>) => void;
}

/** One client: checks what it sends, asks the dispatcher, keeps its answers in order. */
export class Connection implements Subscriber {
  readonly #options: ConnectionOptions;
  readonly #outbox: Outbox;
  readonly #closed = new AbortController();
  readonly #costly = new Budget(costlyAtOnce, this.#closed.signal);
  #actor: Actor | undefined;
  #resting: NodeJS.Timeout | undefined;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    const { socket, stream } = options;
    this.#outbox = new Outbox(socket, stream, (unsentBytes) =>
      this.#log("slow client cut", { client: this.#actor?.name, unsentBytes }),
    );
    socket.on("message", (data, isBinary) => this.#receive(data, isBinary));
    socket.on("ping", (data) => this.#outbox.pong(data));
    socket.on("close", () => this.#close());
    socket.on("error", (error) => this.#log("connection failed", { error: error.message }));
  }

  send(frame: Frame): void {
    this.#outbox.push(frame);
  }

  #close(): void {
    clearTimeout(this.#resting);
    this.#options.subscriptions.remove(this);
    this.#closed.abort(new DaemonError("disconnected", "the client has gone"));
    this.#outbox.close();
  }

  /** A log that cannot be written costs no client its answer. */
  #log(message: string, details: Record<string, unknown>): void {
    try {
      this.#options.log(message, details);
    } catch (error) {
      process.emitWarning(error instanceof Error ? error : String(error));
    }
  }

  #receive(data: RawData, isBinary: boolean): void {
    const frame = isBinary ? notJson : readFrame(data as Buffer);
    if ("reason" in frame) {
      const error = wireError(null, frame.kind, frame.reason);
      this.#outbox.refuse(JSON.stringify(error));
      return;
    }
    const { value } = frame;
    const handled = Array.isArray(value) ? this.#batch(value, frame) : this.#one(frame);
    handled.catch((error) => this.#log("a request failed", { error }));
  }

  async #one(frame: Incoming): Promise<void> {
    const { value: message, bytes } = frame;
    const refusal = await this.#inLane(message, bytes, async () => {
      using _ = this.#holdFor([message]);
      const answer = await this.#single(message, frame);
      if (answer) await this.#outbox.answer(() => encode(answer, frameLimitBytes));
    });
    if (refusal) this.#outbox.refuse(JSON.stringify(refusal));
  }

  async #batch(messages: readonly unknown[], frame: Incoming): Promise<void> {
    using _ = this.#holdFor(messages);
    const bytesEach = frame.bytes / messages.length;
    let left = frameLimitBytes - messages.length * errorBytes;
    const answers = messages.map(async (message) => {
      let text: string | undefined;
      const refusal = await this.#inLane(message, bytesEach, async () => {
        const answer = await this.#single(message, frame);
        if (answer === null) return;
        text = encode(answer, left);
        left -= Buffer.byteLength(text);
      });
      return refusal ? JSON.stringify(refusal) : text;
    });
    const due = (await Promise.all(answers)).filter((answer) => answer !== undefined);
    if (due.length > 0) await this.#outbox.answer(() => `[${due.join()}]`);
  }

  /** Runs a job when it is its turn, and returns the error of one for which there is no place. */
  #inLane(
    message: unknown,
    bytes: number,
    job: () => Promise<void>,
  ): Promise<JSONRPCResponse | undefined> {
    const { promise, resolve } = Promise.withResolvers<JSONRPCResponse | undefined>();
    const queued = this.#options.lane.add(async () => {
      try {
        await job();
      } catch (error) {
        this.#log("a request failed", { error });
      } finally {
        resolve(undefined);
      }
    }, bytes);
    if (!queued) {
      this.#rest();
      const retry = { retryAfterMs: overloadedRetryMs };
      const refusal = wireError(idOf(message), "overloaded", "too many requests wait here", retry);
      resolve(isNotification(message) ? undefined : refusal);
    }
    return promise;
  }

  #rest(): void {
    if (this.#resting) return;
    const { socket } = this.#options;
    socket.pause();
    this.#resting = setTimeout(() => {
      this.#resting = undefined;
      socket.resume();
    }, overloadedRetryMs);
  }

  /** Keeps events back that must not overtake the answers of subscriptions. */
  #holdFor(messages: readonly unknown[]): Disposable | undefined {
    return messages.some(isSubscription) ? this.#outbox.hold() : undefined;
  }

  async #single(message: unknown, frame: Incoming): Promise<JSONRPCResponse | null> {
    let answer: JSONRPCResponse | null;
    try {
      answer = await this.#dispatch(message, frame);
    } catch (error) {
      answer = toWireError(idOf(message), error, (text, details) => this.#log(text, details));
    }
    return isNotification(message) ? null : answer;
  }

  async #dispatch(message: unknown, frame: Incoming): Promise<JSONRPCResponse | null> {
    const problem = envelopeProblem(message);
    if (problem) return wireError(idOf(message), "invalidRequest", problem);
    const request = message as JSONRPCRequest;
    const id = request.id ?? null;
    checkParams(request, frame);
    if (request.method === "initialize") return this.#initialize(id, request.params);
    if (this.#actor === undefined) {
      return wireError(id, "notInitialized", "the first call must be initialize");
    }
    return this.#options.dispatcher.receive(request, this.#peer(this.#actor));
  }

  #peer(actor: Actor): Peer {
    return { actor, feeds: this.#options.subscriptions.feedsOf(this), costly: this.#costly };
  }

  async #initialize(id: JSONRPCID, raw: unknown): Promise<JSONRPCResponse | null> {
    const params = methods.initialize.params.safeParse(raw);
    if (params.success && params.data.protocolVersion !== protocolVersion) {
      const asked = params.data.protocolVersion;
      const upgrade = asked > protocolVersion ? "the daemon" : "the client";
      const message = `this daemon speaks protocol ${protocolVersion}, the client ${asked}; upgrade ${upgrade}`;
      return wireError(id, "unsupportedProtocol", message, { protocolVersion });
    }
    const actor = params.success
      ? Actor.parse(params.data.client)
      : ({ name: "unknown", kind: "script" } as const);
    const request = { jsonrpc: "2.0", id, method: "initialize", params: raw } as const;
    const answer = await this.#options.dispatcher.receive(request, this.#peer(actor));
    if (answer && !answer.error) this.#actor = actor;
    return answer;
  }
}

/** An answer as JSON, or the error that stands for one that is too large. */
function encode(answer: JSONRPCResponse, limitBytes: number): string {
  const text = JSON.stringify(answer);
  const bytes = Buffer.byteLength(text);
  if (bytes <= limitBytes) return text;
  const message = "the answer does not fit into a frame; ask for less";
  return JSON.stringify(wireError(answer.id, "tooLarge", message, { bytes, limitBytes }));
}
