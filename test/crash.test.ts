import { expect, test } from "vitest";
import { killCampaign } from "./support/kills.ts";

// A short run of scripts/crash.ts.
test("kills at random points of whole tasks lose, double and orphan nothing; every turn goes on", async () => {
  expect(await killCampaign(4, 20261123)).toEqual({
    seed: 20261123,
    kills: 4,
    ended: { done: 4 },
    lost: [],
    doubled: [],
    orphans: [],
    stuck: [],
  });
});
