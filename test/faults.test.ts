import { describe, expect, test } from "vitest";
import { randomBy } from "../packages/daemon/src/os/random.test.support.ts";
import { faults } from "./support/faults/index.ts";

const short = faults.filter(({ shortCount }) => shortCount > 0);

describe.each(short)("after $name:", ({ promise, shortCount: count, run }) => {
  test(promise, async () => {
    const { broken } = await run({ count, random: randomBy(1) });
    expect(broken).toEqual([]);
  });
});
