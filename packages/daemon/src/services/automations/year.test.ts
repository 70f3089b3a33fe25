import { expect, test } from "vitest";
import { simulateYear } from "./year.test.support.ts";

// Each ends with a change of clocks in it. `scripts/simulate-year.ts` lives through whole years.
test.each([
  ["2026-03-01T00:00:00Z", 1],
  ["2026-10-20T00:00:00Z", 2],
])(
  "three weeks from %s end with exactly the runs that the policies promise",
  async (start, seed) => {
    const { rows, faults, sleeps } = await simulateYear({ seed, start, days: 21 });
    expect(faults).toEqual([]);
    expect(sleeps).toBeGreaterThan(5);
    const wrong = rows.filter(({ doubled, lost, unlike }) => doubled + lost + unlike !== 0);
    expect(wrong).toEqual([]);
  },
);
