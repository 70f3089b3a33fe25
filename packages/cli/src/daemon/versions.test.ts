import { expect, test } from "vitest";
import { isNewer } from "./versions.ts";

test.each([
  ["0.2.0", "0.1.9", true],
  ["0.10.0", "0.9.0", true],
  ["1.0.0", "1.0.0", false],
  ["1.0.0-rc.1", "1.0.0", false],
  ["1.0.0", "1.0.0-rc.1", true],
  ["0.1.0", "0.2.0", false],
  ["0.2.0", "unknown", false],
])("%s is newer than %s: %s", (one, other, newer) => {
  expect(isNewer(one, other)).toBe(newer);
});
