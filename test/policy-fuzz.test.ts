import { expect, test } from "vitest";
import { randomBy } from "../packages/daemon/src/os/random.test.support.ts";
import { fuzz } from "./support/policy-fuzz/campaign.ts";
import { linesThatMark } from "./support/policy-fuzz/ground.ts";

const onLinux = test.skipIf(process.platform !== "linux");

onLinux("bash is seen to run the marker where it does, and only there", async () => {
  const lines = [
    "marker",
    "echo marker",
    "[[ 'a[$(marker)]' -eq 0 ]]",
    "false && marker",
    "(sleep 0.5; marker) &",
    "true",
    "sleep 9",
    "setsid sleep 0.5 && marker",
  ];
  expect(await linesThatMark(lines)).toEqual(new Set([0, 2, 4, 7]));
});

onLinux("no line that a policy allows runs what the policy forbids", async () => {
  const { allowed, bypasses } = await fuzz(1500, randomBy(7));
  expect(allowed).toBeGreaterThan(100);
  expect(bypasses).toEqual([]);
});
