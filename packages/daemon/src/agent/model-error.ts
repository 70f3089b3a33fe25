export type ModelErrorKind =
  | "rateLimited"
  | "quota"
  | "unavailable"
  | "network"
  | "idle"
  | "cut"
  | "malformed"
  | "contextLength"
  | "badRequest"
  | "unauthorized";

export interface ModelErrorDetails {
  readonly status?: number | undefined;
  readonly retryAfterMs?: number | undefined;
  readonly cause?: unknown;
}

/** Why a request to a model gave no complete response. `retryDelayMs` says whether to ask again. */
export class ModelError extends Error {
  readonly kind: ModelErrorKind;
  readonly status: number | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(kind: ModelErrorKind, message: string, details: ModelErrorDetails = {}) {
    super(message, { cause: details.cause });
    this.name = "ModelError";
    this.kind = kind;
    this.status = details.status;
    this.retryAfterMs = details.retryAfterMs;
  }
}
