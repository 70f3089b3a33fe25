import { Actor, methods, protocolVersion } from "@heddle/protocol";
import type { JSONRPCID, JSONRPCRequest, JSONRPCResponse } from "json-rpc-2.0";
import { WebSocket } from "ws";
import type { Dispatcher } from "./dispatcher.ts";
import { wireError } from "./errors.ts";
import type { Lane } from "./fair-queue.ts";
import type { Subscriber, Subscriptions } from "./subscriptions.ts";

/** Frames that a client has not taken before it is cut; it resumes by seq. */
const unsentLimitBytes = 4 * 1024 * 1024;
const batchLimit = 1000;
const overloadedRetryMs = 100;

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
  #actor: Actor | undefined;
  /** Frames that wait for the answers of subscriptions, which they must not overtake. */
  readonly #held: string[] = [];
  #subscribing = 0;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    const { socket, subscriptions } = options;
    socket.on("message", (data, isBinary) => this.#receive(String(data), isBinary));
    socket.on("close", () => subscriptions.remove(this));
    socket.on("error", (error) => options.log("connection failed", { error: error.message }));
  }

  send(frame: string): void {
    if (this.#subscribing > 0) this.#held.push(frame);
    else this.#write(frame);
  }

  #write(frame: string): void {
    const { socket, log } = this.#options;
    if (socket.readyState !== WebSocket.OPEN) return;
    socket.send(frame);
    if (socket.bufferedAmount <= unsentLimitBytes) return;
    log("slow client cut", { client: this.#actor?.name, unsentBytes: socket.bufferedAmount });
    socket.terminate();
  }

  #answer(answer: JSONRPCResponse | JSONRPCResponse[]): void {
    this.#write(JSON.stringify(answer));
  }

  #receive(text: string, isBinary: boolean): void {
    const message = isBinary ? undefined : parseJson(text);
    if (message === undefined) {
      this.#answer(wireError(null, "parseError", "expected one JSON text in a text frame"));
      return;
    }
    const queued = this.#options.lane.add(() => this.#handle(message.value));
    if (queued) return;
    const error = wireError(idOf(message.value), "overloaded", "too many requests wait here", {
      retryAfterMs: overloadedRetryMs,
    });
    this.#answer(error);
  }

  async #handle(message: unknown): Promise<void> {
    const subscriptions = [message].flat().filter(isSubscription).length;
    this.#subscribing += subscriptions;
    await (Array.isArray(message) ? this.#batch(message) : this.#one(message));
    this.#subscribing -= subscriptions;
    if (this.#subscribing > 0) return;
    for (const frame of this.#held.splice(0)) this.#write(frame);
  }

  async #one(message: unknown): Promise<void> {
    const answer = await this.#single(message);
    if (answer) this.#answer(answer);
  }

  async #batch(message: unknown[]): Promise<void> {
    if (message.length === 0 || message.length > batchLimit) {
      const reason = `expected a batch of 1 to ${batchLimit} requests`;
      this.#answer(wireError(null, "invalidRequest", reason));
      return;
    }
    const answers = await Promise.all(message.map((request) => this.#single(request)));
    const due = answers.filter((answer) => answer !== null);
    if (due.length > 0) this.#answer(due);
  }

  async #single(message: unknown): Promise<JSONRPCResponse | null> {
    const problem = envelopeProblem(message);
    if (problem) return wireError(idOf(message), "invalidRequest", problem);
    const request = message as JSONRPCRequest;
    const id = request.id ?? null;
    if (request.method === "initialize") return this.#initialize(id, request.params);
    if (this.#actor === undefined) {
      return wireError(id, "notInitialized", "the first call must be initialize");
    }
    const feeds = this.#options.subscriptions.feedsOf(this);
    return this.#options.dispatcher.receive(request, { actor: this.#actor, feeds });
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
    const feeds = this.#options.subscriptions.feedsOf(this);
    const request = { jsonrpc: "2.0", id, method: "initialize", params: raw } as const;
    const answer = await this.#options.dispatcher.receive(request, { actor, feeds });
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
  return typeof id === "string" || typeof id === "number" ? id : null;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isSubscription(message: unknown): boolean {
  return isObject(message) && String(message.method).endsWith("/subscribe");
}

/** What is wrong with a request's envelope, if anything. */
function envelopeProblem(message: unknown): string | undefined {
  if (!isObject(message)) return "expected an object";
  if (message.jsonrpc !== "2.0") return 'expected jsonrpc to be "2.0"';
  if (typeof message.method !== "string") return "expected method to be a string";
  const { id, params } = message;
  if (id !== undefined && id !== null && typeof id !== "string" && typeof id !== "number") {
    return "expected id to be a string or a number";
  }
  if (params !== undefined && !isObject(params)) return "expected params to be an object";
  return undefined;
}
