import type { CheckResult } from "@heddle/protocol";

/** What the results of a landing's checks may take of its event, in bytes of JSON. */
const resultsBytes = 384 * 1024;

/** The results with as much of their outputs as one event holds: the newest checks' first. */
export function fitChecks(checks: readonly CheckResult[]): CheckResult[] {
  let left = resultsBytes - jsonBytes(checks.map((check) => ({ ...check, output: "" })));
  const fitted = checks.toReversed().map((check) => {
    const output = tailOf(check.output, left);
    left -= jsonBytes(output);
    return { ...check, output };
  });
  return fitted.reverse();
}

/** The longest end of whole characters, roughly, that has at most so many bytes as JSON. */
function tailOf(text: string, limitBytes: number): string {
  let tail = text;
  for (let bytes = jsonBytes(tail); bytes > limitBytes && tail !== ""; bytes = jsonBytes(tail)) {
    const kept = Math.floor(tail.length * Math.max(0, limitBytes / bytes));
    tail = kept === 0 ? "" : tail.slice(-Math.min(kept, tail.length - 1));
  }
  return /^[\udc00-\udfff]/.test(tail) ? tail.slice(1) : tail;
}

function jsonBytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}
