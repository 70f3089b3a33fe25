import type OpenAI from "openai";
import { chatWire } from "./model-chat.ts";
import { ModelError } from "./model-error.ts";
import { failureOfEvent, failureOfStatus, failureOfThrown } from "./model-failure.ts";
import { responsesWire } from "./model-responses.ts";
import type { ModelEndpoint, ModelEvent, ModelRequest } from "./model-types.ts";
import { estimatedUsage } from "./model-usage.ts";
import { StreamWatch } from "./model-watch.ts";
import type { ResponseReader } from "./model-wire.ts";

export * from "./model-types.ts";

const wires = { responses: responsesWire, chat: chatWire };
const DEFAULT_IDLE_TIMEOUT_MS = 60_000;
// Reading a finished stream to its end frees its connection for the next request; a response that is
// over may still be counted.
const DRAIN_MS = 250;
// The SDK's stream logs to the console unless it is given a client, and reads only its logger.
const silent = {} as OpenAI;

export interface StreamOptions {
  readonly signal: AbortSignal;
  /** How long nothing may come before the response is given up as `idle`. */
  readonly idleTimeoutMs?: number;
  /** More fields of the request's body, for what is asked of no model but in a probe. */
  readonly extra?: Readonly<Record<string, unknown>>;
}

/**
 * Asks the model once and yields its response as it comes. The last event is `completed`; without
 * it the stream throws a ModelError, or the signal's reason after an abort. It never retries.
 */
export async function* streamModel(
  endpoint: ModelEndpoint,
  request: ModelRequest,
  {
    signal,
    idleTimeoutMs = endpoint.idleTimeoutMs ?? DEFAULT_IDLE_TIMEOUT_MS,
    extra,
  }: StreamOptions,
): AsyncGenerator<ModelEvent, void, undefined> {
  signal.throwIfAborted();
  using watch = new StreamWatch(signal, idleTimeoutMs);
  const wire = wires[endpoint.capabilities.wireApi];
  const reader = wire.reader();
  const body = JSON.stringify({ ...wire.body(request, endpoint.capabilities), ...extra });
  const exchange = new Exchange(body.length);
  let streaming = false;
  try {
    const headers = wire.headers(request);
    const response = await post(endpoint, { path: wire.path, headers, body }, watch.signal);
    streaming = true;
    for await (const raw of await openStream(response, watch.controller)) {
      for (const event of exchange.completed ? [] : reader.read(raw)) {
        watch.pause();
        yield exchange.take(event);
        if (!exchange.completed) signal.throwIfAborted();
      }
      watch.expect(exchange.completed || reader.over ? DRAIN_MS : idleTimeoutMs);
    }
  } catch (error) {
    if (exchange.completed) return;
    if (!reader.over || signal.aborted) {
      throw watch.failure() ?? withoutKey(failureOfThrown(fromSdk(error), streaming), endpoint);
    }
  }
  if (exchange.completed) return;
  signal.throwIfAborted();
  yield* exchange.takeLast(reader);
  if (exchange.completed) return;
  throw watch.failure() ?? new ModelError("cut", "the stream ended before the response did");
}

/** What was sent and received, as long as nobody else has counted it. */
class Exchange {
  readonly #sentLength: number;
  #receivedLength = 0;
  completed = false;

  constructor(sentLength: number) {
    this.#sentLength = sentLength;
  }

  take(event: ModelEvent): ModelEvent {
    if ("text" in event) this.#receivedLength += event.text.length;
    if (event.type === "itemDone") this.#receivedLength += event.call?.arguments.length ?? 0;
    if (event.type !== "completed") return event;
    this.completed = true;
    const { usage = estimatedUsage(this.#sentLength, this.#receivedLength) } = event;
    return { ...event, usage };
  }

  *takeLast(reader: ResponseReader): Generator<ModelEvent, void, undefined> {
    for (const event of reader.end()) yield this.take(event);
  }
}

interface Post {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * Sends the request by fetch. Of the SDK only the stream is loaded, and only now: its client
 * brings every resource of the API, 33 MB and 150 ms, for what is one POST here.
 */
async function post(
  { baseUrl, apiKey }: ModelEndpoint,
  { path, headers, body }: Post,
  signal: AbortSignal,
): Promise<Response> {
  const response = await fetch(`${baseUrl.replace(/\/+$/, "")}${path}`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "text/event-stream",
      ...(apiKey !== undefined && { authorization: `Bearer ${apiKey}` }),
      ...headers,
    },
    body,
    signal,
  });
  if (!response.ok) throw failureOfStatus(response, await response.text());
  if (response.headers.get("content-type")?.includes("text/event-stream")) return response;
  throw await notAStream(response);
}

async function notAStream(response: Response): Promise<ModelError> {
  await response.body?.cancel();
  const message = `${response.url} did not answer with an event stream: check base_url`;
  return new ModelError("badRequest", message, { status: response.status });
}

async function openStream(
  response: Response,
  controller: AbortController,
): Promise<AsyncIterable<unknown>> {
  const { Stream } = await import("openai/core/streaming");
  return Stream.fromSSEResponse(response, controller, silent);
}

/** The SDK throws the server's error object wrapped in an APIError without a status. */
function fromSdk(error: unknown): unknown {
  const isApiError = error instanceof Error && "error" in error && "status" in error;
  if (!isApiError || error instanceof ModelError) return error;
  return failureOfEvent(typeof error.error === "object" ? (error.error ?? {}) : {});
}

/** Some servers repeat the key in their message, and messages are logged. */
function withoutKey(error: ModelError, { apiKey }: ModelEndpoint): ModelError {
  if (!apiKey || !error.message.includes(apiKey)) return error;
  const { kind, status, retryAfterMs } = error;
  return new ModelError(kind, error.message.replaceAll(apiKey, "[key]"), { status, retryAfterMs });
}
