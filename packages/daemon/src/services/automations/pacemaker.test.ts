import { expect, test } from "vitest";
import { Pulse } from "./pacemaker.ts";

/** A machine with a clock on the wall and one that stands still while it sleeps. */
class Machine {
  wall = Date.parse("2026-03-02T08:00:00Z");
  steady = 5000;
  due: number | undefined;
  readonly pulse = new Pulse({
    clock: () => this.wall,
    steady: () => this.steady,
    nextDue: () => this.due,
  });

  work(ms: number): void {
    this.wall += ms;
    this.steady += ms;
  }

  sleep(ms: number): void {
    this.wall += ms;
  }

  /** Looks as often as the pulse says, until it sweeps; how long the machine was awake for that. */
  awakeUntilSweep(alreadyWaitedMs: number, waitMs: number): number {
    let awake = 0;
    for (let wait = waitMs - alreadyWaitedMs; ; ) {
      this.work(wait);
      awake += wait;
      const beat = this.pulse.look();
      if (beat.sweep) return awake;
      wait = beat.waitMs;
    }
  }
}

const hourMs = 3_600_000;

test("it looks again when something is due, and after five seconds at the latest", () => {
  const machine = new Machine();
  expect(machine.pulse.look()).toEqual({ sweep: true, waitMs: 5000 });
  machine.due = machine.wall + 1234;
  expect(machine.pulse.look()).toEqual({ sweep: true, waitMs: 1234 });
  machine.due = machine.wall - hourMs;
  expect(machine.pulse.look()).toEqual({ sweep: true, waitMs: 100 });
});

test("whenever the machine fell asleep, it sweeps within ten seconds of a wake, but not at once", () => {
  for (let waited = 0; waited <= 5000; waited += 250) {
    const machine = new Machine();
    const { waitMs } = machine.pulse.look();
    machine.work(waited);
    machine.sleep(8 * hourMs);
    const awake = machine.awakeUntilSweep(waited, waitMs);
    expect(awake).toBeGreaterThanOrEqual(4000);
    expect(awake).toBeLessThanOrEqual(10_000);
  }
});

test("a machine that wakes for seconds only, again and again, begins nothing", () => {
  const machine = new Machine();
  machine.due = machine.wall + 60_000;
  const beats = Array.from({ length: 20 }, () => {
    machine.sleep(hourMs);
    machine.work(3000);
    return machine.pulse.look().sweep;
  });
  expect(new Set(beats)).toEqual(new Set([false]));
});

test("a clock that is turned back is noticed as a sleep is", () => {
  const machine = new Machine();
  machine.pulse.look();
  machine.work(1000);
  machine.wall -= hourMs;
  expect(machine.pulse.look()).toEqual({ sweep: false, waitMs: 4000 });
});

test("a second that a busy machine was late is no sleep", () => {
  const machine = new Machine();
  machine.pulse.look();
  machine.work(30_000);
  machine.wall += 1000;
  expect(machine.pulse.look().sweep).toBe(true);
});
