import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ModelError } from "./model-error.ts";
import { StreamWatch } from "./model-watch.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const never = new AbortController().signal;

test("a stream is idle when nothing comes in time", () => {
  using watch = new StreamWatch(never, 100);
  vi.advanceTimersByTime(99);
  expect(watch.signal.aborted).toBe(false);
  vi.advanceTimersByTime(1);
  expect(watch.signal.aborted).toBe(true);
  expect(watch.failure()).toEqual(new ModelError("idle", "the model sent nothing for 100 ms"));
});

test("every event gives the server the whole time again", () => {
  using watch = new StreamWatch(never, 100);
  for (let events = 0; events < 5; events++) {
    vi.advanceTimersByTime(99);
    watch.expect(100);
  }
  expect(watch.signal.aborted).toBe(false);
});

test("the time that the reader takes is not the server's", () => {
  using watch = new StreamWatch(never, 100);
  watch.pause();
  vi.advanceTimersByTime(1_000);
  expect(watch.signal.aborted).toBe(false);
  watch.expect(100);
  vi.advanceTimersByTime(100);
  expect(watch.signal.aborted).toBe(true);
});

test("the caller's abort is passed on with its reason, and wins over the clock", () => {
  const caller = new AbortController();
  using watch = new StreamWatch(caller.signal, 100);
  const reason = new Error("interrupted");
  caller.abort(reason);
  expect(watch.signal.reason).toBe(reason);
  vi.advanceTimersByTime(100);
  expect(watch.failure()).toBe(reason);
});

test("a disposed watch holds neither a timer nor the caller's signal", () => {
  const caller = new AbortController();
  const watch = new StreamWatch(caller.signal, 100);
  watch[Symbol.dispose]();
  caller.abort();
  expect(vi.getTimerCount()).toBe(0);
  expect(watch.signal.aborted).toBe(false);
});
