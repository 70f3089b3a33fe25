import { createHash } from "node:crypto";

const jitterAtMostMs = 10 * 60_000;

/** A number that is always the same for an automation, and spread over all of them. */
export function spreadOf(automationId: string): number {
  return createHash("sha256").update(automationId).digest().readUIntBE(0, 6);
}

/** By how much an automation comes later than a slot. */
export function jitterOf(spread: number, intervalMs: number): number {
  const range = Math.floor(Math.min(intervalMs / 10, jitterAtMostMs));
  return range <= 0 ? 0 : spread % range;
}
