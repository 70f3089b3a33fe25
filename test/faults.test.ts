import { describe, expect, test } from "vitest";
import { randomBy } from "./support/faults/fault.ts";
import { faults } from "./support/faults/index.ts";

describe.each(faults)("after $name:", ({ promise, shortCount: count, run }) => {
  test(promise, async () => {
    const { broken } = await run({ count, random: randomBy(1) });
    expect(broken).toEqual([]);
  });
});
