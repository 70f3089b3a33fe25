import { expect, test } from "vitest";
import { FairQueue, type Lane } from "./fair-queue.ts";

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Fills a lane with jobs that never end by themselves; returns how many it took. */
function fill(lane: Lane, count: number, job: () => Promise<void>): number {
  return Array.from({ length: count }, () => lane.add(job)).filter(Boolean).length;
}

function gate(): { wait: () => Promise<void>; open: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { wait: () => promise, open: resolve };
}

test("a job of an idle lane begins at once", () => {
  let begun = false;
  new FairQueue().lane().add(async () => {
    begun = true;
  });
  expect(begun).toBe(true);
});

test("the jobs of a lane begin in the order in which they came", async () => {
  const lane = new FairQueue().lane();
  const begun: number[] = [];
  for (let job = 0; job < 500; job += 1) {
    lane.add(async () => {
      begun.push(job);
      await settle();
    });
  }
  while (begun.length < 500) await settle();
  expect(begun).toEqual(Array.from({ length: 500 }, (_, job) => job));
});

test("a lane has 64 jobs under way and 1024 that wait, and refuses more", async () => {
  const lane = new FairQueue().lane();
  const { wait, open } = gate();
  let begun = 0;
  const job = async () => {
    begun += 1;
    await wait();
  };
  expect(fill(lane, 2000, job)).toBe(1 + 1024);
  while (begun < 64) await settle();
  expect(fill(lane, 2000, job)).toBe(63);
  await settle();
  expect(begun).toBe(64);
  open();
  while (begun < 64 + 1024) await settle();
  expect(lane.add(job)).toBe(true);
});

test("a lane keeps 8 MiB in memory, but takes one job of any size", async () => {
  const lane = new FairQueue().lane();
  const { wait, open } = gate();
  const half = 4 * 1024 * 1024;
  expect([half, half, 1].map((bytes) => lane.add(wait, bytes))).toEqual([true, true, false]);
  open();
  while (!lane.add(wait, 2 * half)) await settle();
  await settle();
  expect(lane.add(wait, 4 * half)).toBe(true);
});

test("a full lane holds up no other", async () => {
  const queue = new FairQueue();
  const { wait, open } = gate();
  fill(queue.lane(), 2000, wait);
  let served = false;
  queue.lane().add(async () => {
    served = true;
  });
  await settle();
  expect(served).toBe(true);
  open();
});

test("a flood that never waits still lets another lane in between", async () => {
  const queue = new FairQueue();
  const [flood, other] = [queue.lane(), queue.lane()];
  const { promise: served, resolve } = Promise.withResolvers<number>();
  let flooded = 0;
  const work = async () => {
    flooded += 1;
    const until = performance.now() + 1;
    while (performance.now() < until);
    await settle();
  };
  setImmediate(() => other.add(async () => resolve(flooded)));
  fill(flood, 300, work);
  expect(await served).toBeLessThan(300);
  while (flooded < 300) await settle();
});
