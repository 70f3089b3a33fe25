import { expect, test } from "vitest";
import { killCampaign } from "./support/kills.ts";

// A short run of scripts/crash.ts.
test("kills at random points of whole tasks lose, double and orphan nothing; every turn goes on", async () => {
  const kills = 2;
  const { ended, ...found } = await killCampaign(kills, 20261123, { windowMs: 1500 });
  expect(found).toMatchObject({ kills, lost: [], doubled: [], orphans: [], stuck: [] });
  expect(ended.done).toBeGreaterThanOrEqual(kills);
  expect(ended.failed).toBeUndefined();
}, 240_000);
