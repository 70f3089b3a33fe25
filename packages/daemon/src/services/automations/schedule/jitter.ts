import { createHash } from "node:crypto";

const jitterAtMostMs = 10 * 60_000;

/** By how much an automation comes later than its slots: always the same, and spread over all. */
export function jitterOf(automationId: string, intervalMs: number): number {
  const range = Math.floor(Math.min(intervalMs / 10, jitterAtMostMs));
  if (range <= 0) return 0;
  return createHash("sha256").update(automationId).digest().readUIntBE(0, 6) % range;
}
