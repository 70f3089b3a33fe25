import type { ModelError } from "./model-error.ts";

/** How often one request is tried in all, the first try included. */
export const MAX_TRIES = 5;

const RATE_LIMIT_BASE_MS = 1_000;
const RATE_LIMIT_CAP_MS = 60_000;
const TRANSIENT_BASE_MS = 200;

/**
 * How long to wait before the next try, in whole milliseconds, or undefined when there is to be
 * none.
 *
 * `attempt` is 0 when the first try has failed; `random` yields numbers from 0 to below 1.
 */
export function retryDelayMs(
  error: ModelError,
  attempt: number,
  random: () => number,
): number | undefined {
  if (attempt >= MAX_TRIES - 1) return undefined;
  switch (error.kind) {
    case "rateLimited":
      return Math.min(
        Math.ceil(error.retryAfterMs ?? jittered(attempt, random)),
        RATE_LIMIT_CAP_MS,
      );
    case "unavailable":
    case "network":
    case "idle":
    case "cut":
    case "malformed":
      return TRANSIENT_BASE_MS * 2 ** attempt;
    case "quota":
    case "contextLength":
    case "badRequest":
    case "unauthorized":
      return undefined;
  }
}

/** Spreads threads that were refused together over half of the wait. */
function jittered(attempt: number, random: () => number): number {
  return RATE_LIMIT_BASE_MS * 2 ** attempt * (0.75 + random() / 2);
}
