import { expect, test } from "vitest";
import { Budget } from "./budget.ts";

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function calls(budget: Budget, count: number) {
  const begun: number[] = [];
  const gates = Array.from({ length: count }, () => Promise.withResolvers<void>());
  const results = gates.map(({ promise }, call) =>
    budget.run(async () => {
      begun.push(call);
      await promise;
      return call;
    }),
  );
  return { begun, gates, results };
}

test("so many calls run at once, the others in their order as soon as one has ended", async () => {
  const { begun, gates, results } = calls(new Budget(2, new AbortController().signal), 4);
  await settle();
  expect(begun).toEqual([0, 1]);
  gates[1]?.reject(new Error("failed"));
  await expect(results[1]).rejects.toThrow("failed");
  await settle();
  expect(begun).toEqual([0, 1, 2]);
  for (const { resolve } of gates) resolve();
  expect(await Promise.all([results[0], results[2], results[3]])).toEqual([0, 2, 3]);
});

test("what waits when the signal aborts never begins; what runs comes to its end", async () => {
  const left = new AbortController();
  const { begun, gates, results } = calls(new Budget(1, left.signal), 3);
  await settle();
  left.abort(new Error("gone"));
  for (const { resolve } of gates) resolve();
  const outcomes = await Promise.allSettled(results);
  expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "rejected"]);
  expect(begun).toEqual([0]);
});
