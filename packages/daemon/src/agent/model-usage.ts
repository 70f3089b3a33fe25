import { estimateTokens } from "./context/tokens.ts";
import type { Usage } from "./model-types.ts";

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

/** One number of a usage object; a missing one is zero. */
export function count(value: unknown): number {
  return typeof value === "number" && value >= 0 ? value : 0;
}

export function detail(details: unknown, field: string): unknown {
  return isRecord(details) ? details[field] : undefined;
}

/** What an endpoint that counts nothing has probably used, by the length of what was exchanged. */
export function estimatedUsage(sentLength: number, receivedLength: number): Usage {
  return {
    inputTokens: estimateTokens(sentLength),
    cachedInputTokens: 0,
    outputTokens: estimateTokens(receivedLength),
    reasoningTokens: 0,
    estimated: true,
  };
}
