import { expect, test } from "vitest";
import { timeSpan } from "./time-span.ts";

test.each([
  ["90s", 90_000],
  ["30m", 1_800_000],
  ["2h", 7_200_000],
  ["7d", 604_800_000],
])("%s is %i ms", (text, ms) => {
  expect(timeSpan(text)).toBe(ms);
});

test.each(["", "2", "h", "0h", "-1h", "1.5h", "2 h", "2H", "366d", "2h30m", "999999999d"])(
  "%j is no span of time",
  (text) => {
    expect(() => timeSpan(text)).toThrow("no span of time");
  },
);
