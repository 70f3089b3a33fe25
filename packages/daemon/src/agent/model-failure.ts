import { ModelError, type ModelErrorKind } from "./model-error.ts";

/** The parts of OpenAI's error object that decide what happens next. */
export interface ProviderError {
  readonly code?: unknown;
  readonly type?: unknown;
  readonly message?: unknown;
}

/** Turns an answer that is not 2xx into an error; `body` is its text, JSON or not. */
export function failureOfStatus(response: Response, body: string): ModelError {
  const { status } = response;
  const error = providerError(body);
  return new ModelError(kindOfStatus(status, error), `${status}: ${messageOf(error, body)}`, {
    status,
    retryAfterMs: retryAfterMs(response.headers),
  });
}

/** Turns the error of an `error` or `response.failed` event into ours. */
export function failureOfEvent(error: ProviderError): ModelError {
  const message = messageOf(error, "the model failed without saying why");
  return new ModelError(kindOfCode(error) ?? kindOfUnknownCode(error), message, {
    retryAfterMs: retryAfterText(message),
  });
}

export function failureOfIncomplete(reason: string | undefined): ModelError {
  // The response ended at the window's or the model's own limit: only a shorter context can help.
  if (reason === "max_output_tokens") {
    return new ModelError("contextLength", "the response ended at the output limit");
  }
  return new ModelError("badRequest", `the response is incomplete: ${reason ?? "no reason given"}`);
}

/** Says what a thrown value of fetch or of the stream was; `streaming` once a response began. */
export function failureOfThrown(error: unknown, streaming: boolean): ModelError {
  if (error instanceof ModelError) return error;
  const message = deepestMessage(error);
  if (error instanceof SyntaxError) return new ModelError("malformed", message, { cause: error });
  const kind: ModelErrorKind = streaming ? "cut" : "network";
  return new ModelError(kind, message, { cause: error });
}

function kindOfStatus(status: number, error: ProviderError): ModelErrorKind {
  if (status === 401 || status === 403) return "unauthorized";
  if (status === 429) return isQuota(error) ? "quota" : "rateLimited";
  if (status === 408 || status === 409 || status >= 500) return "unavailable";
  return isContextLength(error) ? "contextLength" : "badRequest";
}

function kindOfCode(error: ProviderError): ModelErrorKind | undefined {
  if (isQuota(error)) return "quota";
  if (isContextLength(error)) return "contextLength";
  if (error.code === "rate_limit_exceeded") return "rateLimited";
  if (error.code === "server_error" || error.code === "server_is_overloaded") return "unavailable";
  return undefined;
}

/** A code that we do not know is the caller's fault; without any code it is the server's. */
function kindOfUnknownCode({ code, type }: ProviderError): ModelErrorKind {
  if (type === "invalid_request_error") return "badRequest";
  return typeof code === "string" ? "badRequest" : "unavailable";
}

function isQuota({ code, type }: ProviderError): boolean {
  return code === "insufficient_quota" || type === "insufficient_quota";
}

// Servers other than OpenAI's have no code for this, only a sentence.
const contextLengthText = /context (?:length|window)|maximum context|prompt is too long/i;

function isContextLength({ code, message }: ProviderError): boolean {
  if (code === "context_length_exceeded") return true;
  return typeof message === "string" && contextLengthText.test(message);
}

function providerError(body: string): ProviderError {
  try {
    const parsed: unknown = JSON.parse(body);
    if (!isRecord(parsed)) return {};
    if (isRecord(parsed.error)) return parsed.error;
    return typeof parsed.error === "string" ? { message: parsed.error } : parsed;
  } catch {
    return {};
  }
}

const MAX_MESSAGE_LENGTH = 500;

function messageOf(error: ProviderError, fallback: string): string {
  const text = typeof error.message === "string" ? error.message : fallback;
  return text.trim().slice(0, MAX_MESSAGE_LENGTH) || "no message";
}

function retryAfterMs(headers: Headers): number | undefined {
  const ms = Number.parseFloat(headers.get("retry-after-ms") ?? "");
  if (ms >= 0) return ms;
  const text = headers.get("retry-after") ?? "";
  const seconds = Number.parseFloat(text);
  if (seconds >= 0) return seconds * 1_000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - Date.now());
}

/** In a stream there are no headers: the time stands in the sentence. */
function retryAfterText(message: string): number | undefined {
  const match = /try again in (\d+(?:\.\d+)?)\s*(ms|s)\b/i.exec(message);
  if (!match) return undefined;
  return Number(match[1]) * (match[2]?.toLowerCase() === "ms" ? 1 : 1_000);
}

/** fetch says "fetch failed" and hides the reason in its cause. */
function deepestMessage(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof AggregateError && error.errors.length > 0) {
    return deepestMessage(error.errors[0]);
  }
  return error.cause instanceof Error ? deepestMessage(error.cause) : error.message;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
