import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { afterDeadline } from "./deadline.ts";

const day = 24 * 3_600_000;
let wall: number;
let runs: number;
let run: () => void;

beforeEach(() => {
  vi.useFakeTimers();
  wall = 1_000_000;
  runs = 0;
  run = () => {
    runs += 1;
  };
});
afterEach(() => void vi.useRealTimers());

/** Lets time pass for timers and for the clock. */
function pass(ms: number): void {
  const minutes = Math.floor(ms / 60_000);
  for (let minute = 0; minute < minutes; minute += 1) {
    wall += 60_000;
    vi.advanceTimersByTime(60_000);
  }
  wall += ms % 60_000;
  vi.advanceTimersByTime(ms % 60_000);
}

const deadline = () => ({ clock: () => wall, at: wall + 7 * day, atMostMs: 7 * day });

describe("a deadline", () => {
  test("comes when its time has come, also after more days than a timer can wait", () => {
    using _ = afterDeadline({ clock: () => wall, at: wall + 30 * day, atMostMs: 30 * day }, run);
    pass(30 * day - 60_000);
    expect(runs).toBe(0);
    pass(60_000);
    expect(runs).toBe(1);
  });

  test("comes soon after the clock was put forward, as after a sleep", () => {
    using _ = afterDeadline(deadline(), run);
    wall += 8 * day;
    pass(60_000);
    expect(runs).toBe(1);
  });

  test("comes in its time although the clock was turned back", () => {
    using _ = afterDeadline(deadline(), run);
    wall -= 365 * day;
    pass(7 * day);
    expect(runs).toBe(1);
  });

  test("that was set by a clock of the far future comes no later than it may take", () => {
    using _ = afterDeadline({ clock: () => wall, at: wall + 3650 * day, atMostMs: 7 * day }, run);
    pass(7 * day);
    expect(runs).toBe(1);
  });

  test("is tried again while nothing can be stored, and then comes once", () => {
    let full = true;
    using _ = afterDeadline({ clock: () => wall, at: wall, atMostMs: day }, () => {
      if (full) throw new Error("the disk is full");
      run();
    });
    pass(180_000);
    full = false;
    pass(180_000);
    expect(runs).toBe(1);
  });

  test("that is no longer waited for does not come", () => {
    afterDeadline(deadline(), run)[Symbol.dispose]();
    pass(8 * day);
    expect(runs).toBe(0);
  });
});
