import { Actor, DaemonError, frameLimitBytes, methods, protocolVersion } from "@heddle/protocol";
import type { JSONRPCID, JSONRPCRequest, JSONRPCResponse } from "json-rpc-2.0";
import type { RawData, WebSocket } from "ws";
import { Budget } from "./budget.ts";
import type { Dispatcher, Peer } from "./dispatcher.ts";
import { toWireError, wireError } from "./errors.ts";
import type { Lane } from "./fair-queue.ts";
import { type Frame, Outbox } from "./outbox.ts";
import type { Subscriber, Subscriptions } from "./subscriptions.ts";

const batchLimit = 1000;
/** Room in the answer of a batch for the error of each that is too large. */
const errorBytes = 300;
const idLimit = 200;
/** What is sent comes back in events, which carry more than the params. */
const paramsLimitBytes = 512 * 1024;
const overloadedRetryMs = 100;
/** Reads that start processes or ask a server; one client has so many under way. */
const costlyAtOnce = 4;

export interface ConnectionOptions {
  readonly socket: WebSocket;
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

  constructor(options: ConnectionOptions) {
    this.#options = options;
    const { socket } = options;
    this.#outbox = new Outbox(socket, (unsentBytes) =>
      this.#log("slow client cut", { client: this.#actor?.name, unsentBytes }),
    );
    socket.on("message", (data, isBinary) => this.#receive(data, isBinary));
    socket.on("close", () => this.#close());
    socket.on("error", (error) => this.#log("connection failed", { error: error.message }));
  }

  send(frame: Frame): void {
    this.#outbox.push(frame);
  }

  #close(): void {
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
    const message = isBinary ? undefined : parseJson(String(data));
    if (message === undefined) {
      const error = wireError(null, "parseError", "expected one JSON text in a text frame");
      this.#outbox.refuse(JSON.stringify(error));
      return;
    }
    const { value } = message;
    const large = (data as Buffer).byteLength > paramsLimitBytes;
    const handled = Array.isArray(value) ? this.#batch(value, large) : this.#one(value, large);
    handled.catch((error) => this.#log("a request failed", { error }));
  }

  async #one(message: unknown, large: boolean): Promise<void> {
    const refusal = await this.#inLane(message, async () => {
      using _ = this.#holdFor([message]);
      const answer = await this.#single(message, large);
      if (answer) await this.#outbox.answer(() => encode(answer, frameLimitBytes));
    });
    if (refusal) this.#outbox.refuse(JSON.stringify(refusal));
  }

  async #batch(messages: unknown[], large: boolean): Promise<void> {
    if (messages.length === 0 || messages.length > batchLimit) {
      const reason = `expected a batch of 1 to ${batchLimit} requests`;
      this.#outbox.refuse(JSON.stringify(wireError(null, "invalidRequest", reason)));
      return;
    }
    using _ = this.#holdFor(messages);
    let left = frameLimitBytes - messages.length * errorBytes;
    const answers = messages.map(async (message) => {
      let text: string | undefined;
      const refusal = await this.#inLane(message, async () => {
        const answer = await this.#single(message, large);
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
  #inLane(message: unknown, job: () => Promise<void>): Promise<JSONRPCResponse | undefined> {
    const { promise, resolve } = Promise.withResolvers<JSONRPCResponse | undefined>();
    const queued = this.#options.lane.add(async () => {
      try {
        await job();
      } catch (error) {
        this.#log("a request failed", { error });
      } finally {
        resolve(undefined);
      }
    });
    if (!queued) {
      const retry = { retryAfterMs: overloadedRetryMs };
      resolve(wireError(idOf(message), "overloaded", "too many requests wait here", retry));
    }
    return promise;
  }

  /** Keeps events back that must not overtake the answers of subscriptions. */
  #holdFor(messages: readonly unknown[]): Disposable | undefined {
    return messages.some(isSubscription) ? this.#outbox.hold() : undefined;
  }

  async #single(message: unknown, large: boolean): Promise<JSONRPCResponse | null> {
    try {
      return await this.#dispatch(message, large);
    } catch (error) {
      return toWireError(idOf(message), error, (text, details) => this.#log(text, details));
    }
  }

  async #dispatch(message: unknown, large: boolean): Promise<JSONRPCResponse | null> {
    const problem = envelopeProblem(message);
    if (problem) return wireError(idOf(message), "invalidRequest", problem);
    const request = message as JSONRPCRequest;
    const id = request.id ?? null;
    if (large) refuseLarge(request);
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

function parseJson(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

function idOf(message: unknown): JSONRPCID {
  const id = isObject(message) ? message.id : null;
  return isShort(id) || typeof id === "number" ? id : null;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isShort(id: unknown): id is string {
  return typeof id === "string" && id.length <= idLimit;
}

function isSubscription(message: unknown): boolean {
  return isObject(message) && String(message.method).endsWith("/subscribe");
}

function refuseLarge({ method, params }: JSONRPCRequest): void {
  const bytes = Buffer.byteLength(JSON.stringify(params ?? {}));
  if (bytes <= paramsLimitBytes) return;
  const message = `the params of ${method} have ${bytes} bytes, at most ${paramsLimitBytes} are taken; put long text into a file and name that`;
  throw new DaemonError("tooLarge", message, { bytes, limitBytes: paramsLimitBytes });
}

/** An answer as JSON, or the error that stands for one that is too large. */
function encode(answer: JSONRPCResponse, limitBytes: number): string {
  const text = JSON.stringify(answer);
  const bytes = Buffer.byteLength(text);
  if (bytes <= limitBytes) return text;
  const message = "the answer does not fit into a frame; ask for less";
  return JSON.stringify(wireError(answer.id, "tooLarge", message, { bytes, limitBytes }));
}

/** What is wrong with a request's envelope, if anything. */
function envelopeProblem(message: unknown): string | undefined {
  if (!isObject(message)) return "expected an object";
  if (message.jsonrpc !== "2.0") return 'expected jsonrpc to be "2.0"';
  if (typeof message.method !== "string") return "expected method to be a string";
  const { id, params } = message;
  if (id !== undefined && id !== null && !isShort(id) && typeof id !== "number") {
    return `expected id to be a number or a string of at most ${idLimit} characters`;
  }
  if (params !== undefined && !isObject(params)) return "expected params to be an object";
  return undefined;
}
