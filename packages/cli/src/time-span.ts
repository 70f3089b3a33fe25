import { usageError } from "./exit.ts";

const units = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const longestMs = 365 * units.d;

/** Milliseconds of a span such as `90s`, `30m`, `2h` or `7d`. */
export function timeSpan(text: string): number {
  const [, digits, unit] = /^([1-9]\d{0,8})([smhd])$/.exec(text) ?? [];
  const ms = Number(digits) * units[unit as keyof typeof units];
  if (ms <= longestMs) return ms;
  throw usageError(`${text} is no span of time up to a year`, "give one such as 30m, 2h or 7d");
}
