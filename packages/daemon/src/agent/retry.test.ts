import { expect, test } from "vitest";
import { ModelError, type ModelErrorKind } from "./model-error.ts";
import { MAX_TRIES, retryDelayMs } from "./retry.ts";

const delays = (error: ModelError, random = () => 0.5): (number | undefined)[] =>
  Array.from({ length: MAX_TRIES }, (_, attempt) => retryDelayMs(error, attempt, random));

test("a rate limit waits as long as the server says", () => {
  const error = new ModelError("rateLimited", "slow down", { retryAfterMs: 1_234 });
  expect(delays(error)).toEqual([1_234, 1_234, 1_234, 1_234, undefined]);
});

test("a rate limit without a time doubles from one second", () => {
  expect(delays(new ModelError("rateLimited", "slow down"))).toEqual([
    1_000,
    2_000,
    4_000,
    8_000,
    undefined,
  ]);
});

test("the jitter spreads a rate limit's wait by a quarter to both sides", () => {
  const error = new ModelError("rateLimited", "slow down");
  expect(retryDelayMs(error, 0, () => 0)).toBe(750);
  expect(retryDelayMs(error, 0, () => 0.999_999)).toBeCloseTo(1_250, 1);
});

test("every wait is a whole number of milliseconds, as it is stored", () => {
  expect(retryDelayMs(new ModelError("rateLimited", "slow down"), 0, () => 0.1234)).toBe(812);
  const error = new ModelError("rateLimited", "slow down", { retryAfterMs: 1.5 });
  expect(retryDelayMs(error, 0, () => 0)).toBe(2);
});

test("no wait for a rate limit is longer than a minute", () => {
  const error = new ModelError("rateLimited", "slow down", { retryAfterMs: 3_600_000 });
  expect(retryDelayMs(error, 0, () => 0)).toBe(60_000);
});

test.each<ModelErrorKind>(["unavailable", "network", "idle", "cut", "malformed"])(
  "%s is tried five times in all, with short waits",
  (kind) => {
    expect(delays(new ModelError(kind, "failed"))).toEqual([200, 400, 800, 1_600, undefined]);
  },
);

test.each<ModelErrorKind>(["quota", "contextLength", "badRequest", "unauthorized"])(
  "%s is final at once",
  (kind) => {
    expect(retryDelayMs(new ModelError(kind, "no", { retryAfterMs: 1 }), 0, () => 0)).toBe(
      undefined,
    );
  },
);
