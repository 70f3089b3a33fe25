import type OpenAI from "openai";
import type {
  ResponseCreateParamsStreaming,
  ResponseStreamEvent,
} from "openai/resources/responses/responses";
import { ModelError } from "./model-error.ts";
import { EventReader } from "./model-events.ts";
import { failureOfEvent, failureOfStatus, failureOfThrown } from "./model-failure.ts";
import type { ModelEndpoint, ModelEvent, ModelRequest } from "./model-types.ts";
import { StreamWatch } from "./model-watch.ts";

export * from "./model-types.ts";

const DEFAULT_IDLE_TIMEOUT_MS = 60_000;
// Reading a finished stream to its end frees its connection for the next request.
const DRAIN_MS = 250;
// The SDK's stream logs to the console unless it is given a client, and reads only its logger.
const silent = {} as OpenAI;

export interface StreamOptions {
  readonly signal: AbortSignal;
  /** How long nothing may come before the response is given up as `idle`. */
  readonly idleTimeoutMs?: number;
}

/**
 * Asks the model once and yields its response as it comes. The last event is `completed`; without
 * it the stream throws a ModelError, or the signal's reason after an abort. It never retries.
 */
export async function* streamModel(
  endpoint: ModelEndpoint,
  request: ModelRequest,
  { signal, idleTimeoutMs = endpoint.idleTimeoutMs ?? DEFAULT_IDLE_TIMEOUT_MS }: StreamOptions,
): AsyncGenerator<ModelEvent, void, undefined> {
  signal.throwIfAborted();
  using watch = new StreamWatch(signal, idleTimeoutMs);
  let streaming = false;
  let completed = false;
  try {
    const response = await post(endpoint, request, watch.signal);
    streaming = true;
    const reader = new EventReader();
    for await (const raw of await openStream(response, watch.controller)) {
      const event: ModelEvent | undefined = completed ? undefined : reader.read(raw);
      if (event) {
        watch.pause();
        yield event;
        completed = event.type === "completed";
        if (!completed) signal.throwIfAborted();
      }
      watch.expect(completed ? DRAIN_MS : idleTimeoutMs);
    }
  } catch (error) {
    if (completed) return;
    throw watch.failure() ?? withoutKey(failureOfThrown(fromSdk(error), streaming), endpoint);
  }
  if (completed) return;
  throw watch.failure() ?? new ModelError("cut", "the stream ended before the response did");
}

/**
 * Sends the request by fetch. Of the SDK only the stream is loaded, and only now: its client
 * brings every resource of the API, 33 MB and 150 ms, for what is one POST here.
 */
async function post(
  { baseUrl, apiKey, headers }: ModelEndpoint,
  request: ModelRequest,
  signal: AbortSignal,
): Promise<Response> {
  const response = await fetch(`${baseUrl.replace(/\/+$/, "")}/responses`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "text/event-stream",
      ...(apiKey !== undefined && { authorization: `Bearer ${apiKey}` }),
      ...headers,
    },
    body: JSON.stringify(body(request)),
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

/** What stays the same from request to request comes first, for the provider's cache. */
function body(request: ModelRequest): ResponseCreateParamsStreaming {
  const { model, instructions, tools, input, effort, cacheKey } = request;
  return {
    model,
    instructions,
    tools: tools as ResponseCreateParamsStreaming["tools"] & object,
    input: input as ResponseCreateParamsStreaming["input"] & object,
    ...(effort && { reasoning: { effort, summary: "auto" } }),
    parallel_tool_calls: true,
    store: false,
    stream: true,
    include: ["reasoning.encrypted_content"],
    prompt_cache_key: cacheKey,
  };
}

async function openStream(
  response: Response,
  controller: AbortController,
): Promise<AsyncIterable<ResponseStreamEvent>> {
  const { Stream } = await import("openai/core/streaming");
  return Stream.fromSSEResponse<ResponseStreamEvent>(response, controller, silent);
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
