import { expect, test } from "vitest";
import { Slots } from "./slots.ts";

const { signal } = new AbortController();

test("waiting holders enter in their order, each when another leaves", async () => {
  const slots = new Slots(1);
  const order: string[] = [];
  const leave = await slots.acquire(signal);
  const second = slots.acquire(signal).then((release) => {
    order.push("second");
    release();
  });
  const third = slots.acquire(signal).then((release) => {
    order.push("third");
    release();
  });
  expect(order).toEqual([]);
  leave();
  leave();
  await Promise.all([second, third]);
  expect(order).toEqual(["second", "third"]);
});

test("one who gives up waiting takes no slot", async () => {
  const slots = new Slots(1);
  const impatient = new AbortController();
  const leave = await slots.acquire(signal);
  const waiting = slots.acquire(impatient.signal);
  impatient.abort(new Error("gave up"));
  await expect(waiting).rejects.toThrow("gave up");
  leave();
  expect(await slots.acquire(signal)).toBeTypeOf("function");
});
